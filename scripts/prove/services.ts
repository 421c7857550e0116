/** The services in one file: lightning by a real broker, vigilance and weather by a local web server, one of them through curl. */
import { join } from "node:path";
import { localTime } from "../../src/services/vigilance/local_time.ts";
import { j1 } from "../../tests/services/weather/answers.ts";
import { datesAt, feedJson, type FeedWarning, frenchDate, pageHtml, usualDays } from "../../tests/services/vigilance/samples.ts";
import { type Broker, startMosquitto } from "../../tests/support/mosquitto.ts";
import { answersTo, demoLines } from "./demo.ts";
import { expect, type Ledger } from "./ledger.ts";
import { type Program, runProgram, startProgram } from "./program.ts";

const PARIS = { latitude: 48.8583, longitude: 2.2945 };
const TOPIC = "blitzortung/1.1/u/0/9/t/v";
const ATTEMPTS = 20;

/** Proves all that, with the program, Mosquitto and curl. */
export async function proveServices(program: Program, ledger: Ledger): Promise<void> {
  await using broker = await startMosquitto();
  await using web = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, servePages);
  const origin = `http://127.0.0.1:${web.addr.port}`;
  await using node = startProgram(program, ["simulate", "--port", "0"]);
  const port = (await node.waitFor(/listening on 127\.0\.0\.1:(\d+)/)).match[1] as string;

  await ledger.prove("check understands the broker, the vigilance page and the weather by curl", async () => {
    const config = join(program.cwd, "services.toml");
    await Deno.writeTextFile(config, servicesToml(port, broker, origin));
    const { out, err } = await runProgram(program, ["check", "--json", "--config", config]);
    const { checks } = JSON.parse(out) as { checks: { name: string; ok: boolean; understood?: string; wrong?: string }[] };
    return ["lightning", "vigilance", "weather"].map((name) => {
      const found = checks.find((check) => check.name === name);
      expect(found?.ok === true && found.understood !== undefined, `${name}: ${found?.wrong ?? err}`);
      return `${name}: ${found.understood}`;
    }).join("; ");
  });

  await ledger.prove("/vigi tells the page, /blitz a strike that is published, /weather what curl fetched", async () => {
    // The settings as variables: the demo reads no file.
    const env = {
      MESHBOT_MESH_COMMANDS_PER_5_MINUTES: "1000",
      MESHBOT_LIGHTNING_ENABLED: "true",
      MESHBOT_LIGHTNING_BROKER_URL: broker.url.href,
      MESHBOT_LIGHTNING_LATITUDE: String(PARIS.latitude),
      MESHBOT_LIGHTNING_LONGITUDE: String(PARIS.longitude),
      MESHBOT_VIGILANCE_DEPARTMENT: "59",
      MESHBOT_VIGILANCE_PAGE_URL: `${origin}/vigilance`,
      MESHBOT_VIGILANCE_METEOALARM_URL: `${origin}/meteoalarm`,
      MESHBOT_WEATHER_ORDER: "curl",
      MESHBOT_WEATHER_WTTR_URL: origin,
    };
    await using demo = startProgram(program, ["demo", "--json"], { env });
    const ask = async (question: string, nth = 1): Promise<string> => {
      await demo.write(`${question}\n`);
      for (let lines = 1;; lines++) {
        await demo.waitFor(new RegExp(`^([^\\n]*\\n){${lines}}`));
        const answer = answersTo(question, demoLines(demo.text.slice(0, demo.text.lastIndexOf("\n"))))[nth - 1];
        if (answer !== undefined) return answer;
      }
    };
    const vigilance = await ask("/vigi");
    expect(/59 Nord/.test(vigilance) && /orange/i.test(vigilance), `/vigi says ${JSON.stringify(vigilance)}`);
    const weather = await ask("/weather");
    expect(/Paris.* 12°C/.test(weather), `/weather says ${JSON.stringify(weather)}`);
    // What is published before the bot has subscribed is lost; the same strike twice is one.
    const strike = strikeJson();
    let blitz = "";
    for (let attempt = 1; attempt <= ATTEMPTS && !/1 strike/.test(blitz); attempt++) {
      await broker.publish(TOPIC, strike);
      blitz = await ask("/blitz", attempt);
    }
    expect(/1 strike/.test(blitz), `/blitz says ${JSON.stringify(blitz)}`);
    await demo.endInput();
    const { code, err } = await demo.ended;
    expect(code === 0, `the demo ended with code ${code}: ${err}`);
    return [vigilance, blitz, weather].map((answer) => JSON.stringify(answer.split("\n")[0])).join(", ");
  });
}

function servicesToml(port: string, broker: Broker, origin: string): string {
  return `data_dir = "services-data"
[node]
host = "127.0.0.1"
port = ${port}
[weather]
order = ["curl"]
wttr_url = "${origin}"
[lightning]
enabled = true
broker_url = "${broker.url.href}"
latitude = ${PARIS.latitude}
longitude = ${PARIS.longitude}
[vigilance]
department = "59"
page_url = "${origin}/vigilance"
meteoalarm_url = "${origin}/meteoalarm"
`;
}

function servePages(request: Request): Response {
  const nowWallMs = Date.now();
  const { pathname } = new URL(request.url);
  if (pathname === "/meteoalarm") return Response.json(feedJson([quietWarning(nowWallMs)]));
  if (pathname !== "/vigilance") {
    // Only curl is to be understood: it was to be asked.
    const isCurl = /^curl\//.test(request.headers.get("user-agent") ?? "");
    return isCurl ? Response.json(j1({ wallMs: nowWallMs })) : new Response("for curl only", { status: 403 });
  }
  const { date, hour } = localTime(nowWallMs - 3_600_000, "Europe/Paris");
  const issued = `${frenchDate(date)} à ${String(hour).padStart(2, "0")}h00`;
  const days = usualDays(datesAt(nowWallMs)).map((day) => ({ ...day, issued }));
  return new Response(pageHtml(days), { headers: { "content-type": "text/html; charset=utf-8" } });
}

/** A warning of another department, without which the feed would count as out of order. */
function quietWarning(nowWallMs: number): FeedWarning {
  const hours = (count: number) => nowWallMs + count * 3_600_000;
  return {
    areas: [["Ain", "FRK21"]],
    level: "2; yellow; Moderate",
    sentWallMs: hours(-2),
    onsetWallMs: hours(-1),
    expiresWallMs: hours(3),
  };
}

/** A minute ago, three kilometres to the north; its time is in nanoseconds, more digits than a number holds. */
function strikeJson(): string {
  return `{"time":${Date.now() - 60_000}000000,"lat":${PARIS.latitude + 0.027},"lon":${PARIS.longitude}}`;
}
