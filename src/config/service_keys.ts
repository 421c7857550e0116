/** The keys of services, alerts, the shared radio and the store. */
import { destination, quietHours, schedule, scheduleFaults, timeZone } from "./alert_kinds.ts";
import { defaulted, type Keys, optional } from "./key.ts";
import { boolean, decimal, integer, listOf, oneOf, text } from "./kinds.ts";
import { brokerUrl, DEFAULT_SENSORS, department, remotes, secretText, sensors, weatherSources, webUrl } from "./service_kinds.ts";
import { listenAddress, shareAllow, webOrigins } from "./share_kinds.ts";

const DESTINATIONS = 'a list of node ids and channels, such as ["!a1b2c3d4", "channel:2"]';

/** To be joined with the other keys. */
export const SERVICE_KEYS = {
  "weather.enabled": defaulted(boolean(), true, { help: "Answers /weather and /rain." }),
  "weather.order": defaulted(weatherSources(), ["wttr", "curl", "open-meteo"], {
    help: "Sources in the order in which they are asked: wttr.in, wttr.in by the program curl, Open-Meteo.",
  }),
  "weather.wttr_url": defaulted(webUrl(), "https://wttr.in", { help: "Base of wttr.in or of a mirror; the place is appended." }),
  "weather.open_meteo_url": defaulted(webUrl(), "https://api.open-meteo.com/v1/forecast", { help: "Open-Meteo's forecast." }),
  "weather.geocoding_url": defaulted(webUrl(), "https://geocoding-api.open-meteo.com/v1/search", {
    help: "Open-Meteo's search for the coordinates of a place.",
  }),

  "lightning.enabled": defaulted(boolean(), false, { help: "Listens for lightning, answers /blitz." }),
  "lightning.broker_url": defaulted(brokerUrl(), "mqtt://blitzortung.ha.sed.pl:1883", { help: "The MQTT relay of Blitzortung." }),
  "lightning.latitude": optional(decimal(-90, 90), {
    help: "Degrees north of the centre; without it [place], else the node's own position.",
    example: "48.8583",
    together: "lightning.longitude",
  }),
  "lightning.longitude": optional(decimal(-180, 180), {
    help: "Degrees east of the centre.",
    example: "2.2945",
    together: "lightning.latitude",
  }),
  "lightning.radius_km": defaulted(decimal(1, 300), 50, { help: "Kilometres around the centre in which a strike counts." }),
  "lightning.window_min": defaulted(integer(1, 120), 15, { help: "Minutes for which a strike counts." }),
  "lightning.alert_strikes": defaulted(integer(1, 10000), 5, { help: "Strikes in the window from which there is an alert." }),

  "vigilance.department": optional(department(), {
    help: "Number of the department; without it /vigi is off and nothing is asked.",
    example: '"59"',
  }),
  "vigilance.alert_from": defaulted(oneOf("yellow", "orange", "red"), "orange", { help: "Colour from which there is an alert." }),
  "vigilance.api_key": optional(secretText(), {
    help: "Key for Météo-France's own API, free at portail-api.meteofrance.fr; with it the API is asked first.",
    example: '"eyJ4NXQ..."',
    secret: true,
  }),
  "vigilance.page_url": defaulted(webUrl(), "https://vigilance.meteofrance.fr/fr/vigilance-accessible", {
    help: "Météo-France's page for screen readers.",
  }),
  "vigilance.api_url": defaulted(webUrl(), "https://public-api.meteofrance.fr/public/DPVigilance/v1/cartevigilance/encours", {
    help: "Météo-France's API.",
  }),
  "vigilance.meteoalarm_url": defaulted(webUrl(), "https://feeds.meteoalarm.org/api/v1/warnings/feeds-france", {
    help: "MeteoAlarm's warnings for France, asked when Météo-France does not answer.",
  }),

  "esphome.url": optional(webUrl(), {
    help: "Address of the device's web server; without it /power and /graphs are off.",
    example: '"http://192.168.1.27"',
  }),
  "esphome.username": optional(text(60), {
    help: "User of the device's web server.",
    example: '"admin"',
    together: "esphome.password",
  }),
  "esphome.password": optional(secretText(), {
    help: "Password of that user.",
    example: '"secret"',
    secret: true,
    together: "esphome.username",
  }),
  "esphome.sensors": defaulted(sensors(), [...DEFAULT_SENSORS], {
    help: "What the device measures: each with name, and kind, id, label, unit, decimals where they differ from the usual.",
    defaultText: "the seven readings of the usual solar station",
    example: '[[esphome.sensors]]\nkind = "voltage"\nname = "Battery Voltage"\nunit = "V"\ndecimals = 1',
  }),
  "esphome.telemetry": defaulted(boolean(), false, {
    help: "Sends the readings over the mesh once an hour, as telemetry of the node's surroundings and power.",
  }),

  "monitor.enabled": defaulted(boolean(), true, { help: "Watches this machine and reports by alert what is wrong." }),
  "monitor.check_every_s": defaulted(integer(5, 3600), 60, { help: "Seconds between two looks." }),
  "monitor.for_s": defaulted(integer(0, 86400), 300, { help: "Seconds for which a limit must be passed before there is an alert." }),
  "monitor.temperature_c": defaulted(decimal(20, 120), 60, { help: "Degrees of the processor that are too warm." }),
  "monitor.critical_c": defaulted(decimal(20, 120), 68, {
    help: "Degrees of the processor that are an alert at once; greater than temperature_c.",
    above: "monitor.temperature_c",
  }),
  "monitor.load_per_core": defaulted(decimal(0.1, 100), 2, { help: "Average load over 5 minutes, for each core, that is too high." }),
  "monitor.memory_percent": defaulted(decimal(1, 100), 90, { help: "Share of the memory in use that is too high." }),
  "monitor.disk_percent": defaulted(decimal(1, 100), 90, { help: "Share of the disk in use that is too high." }),

  remote: defaulted(remotes(), [], {
    help: "Each with a name, host, and port (4403), check_every_s (600, at least 120), timeout_s (10).",
    example: '[[remote]]\nname = "roof"\nhost = "192.168.1.51"',
  }),

  "alerts.to": defaulted(listOf(destination(), DESTINATIONS), [], { help: "Who gets alerts: nodes by id, channels by index or name." }),
  "alerts.allow_public": defaulted(boolean(), false, {
    help: "Lets alerts and scheduled answers out on channel 0 and on channels with the default key, where everybody hears them.",
  }),
  "alerts.quiet": optional(quietHours(), {
    help: "Hours in which alerts are held, but for red vigilance; at their end one message tells what still holds.",
    example: '"22:00-07:00"',
  }),
  "alerts.timezone": optional(timeZone(), {
    help: "Time zone of quiet and of schedules; without it the system's.",
    example: '"Europe/Paris"',
  }),

  schedule: defaulted(schedule(), [], {
    help: "Each with cron (minute, hour, day, month, weekday), command and to.",
    example: '[[schedule]]\ncron = "0 8 * * *"\ncommand = "/weather"\nto = "channel:2"',
    beside: (entries, other) =>
      scheduleFaults(
        entries,
        other("commands.prefix") as string | undefined,
        other("commands.aliases") as Record<string, string> | undefined,
      ),
  }),

  "share.listen": optional(listenAddress(), {
    help: "Where phone apps and other clients connect to share the bot's radio; without it they cannot.",
    example: '"127.0.0.1:4404"',
  }),
  "share.http": optional(listenAddress(), { help: "Where the web client connects.", example: '"127.0.0.1:4480"' }),
  "share.http_origins": defaulted(webOrigins(), ["https://client.meshtastic.org"], {
    help: "Sites whose pages may ask there, in a browser of an allowed machine; pages of this machine may always.",
  }),
  "share.allow": defaulted(shareAllow(), [], {
    help: "Who may connect besides this machine itself, which may everything: ranges of addresses, each with a role.",
    example: '[[share.allow]]\ncidr = "192.168.1.0/24"\nrole = "no-admin"',
  }),
  "share.bot_contact": defaulted(boolean(), true, {
    help: "Clients see a contact MeshBot: a direct text to it is a command, answered without any air time.",
  }),
  "share.hide_bot_traffic": defaulted(boolean(), false, { help: "Keeps strangers' commands and their answers from the clients." }),

  "store.keep_days": defaulted(integer(1, 3650), 30, { help: "Days for which what was heard is kept." }),
  "store.max_mb": defaulted(integer(16, 1_000_000), 512, { help: "Mebibytes on disk beyond which the oldest is forgotten." }),
} satisfies Keys;
