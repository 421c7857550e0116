import assert from "node:assert/strict";
import { scheduledRequest, scheduledText } from "../../src/alerts/scheduled_answer.ts";
import { createPeople } from "../../src/mesh/people.ts";
import { isAdmin } from "../../src/router/admin.ts";
import { parseCommand } from "../../src/router/command.ts";
import { forgetfulFile, OWN_NUM } from "../support/context.ts";
import { createFakeClock } from "../support/fake_clock.ts";

Deno.test("scheduledRequest() is from our own node to itself and proves nobody to be an admin", () => {
  const request = scheduledRequest({ id: 7, ownNum: OWN_NUM, text: "/weather Orléans" });
  assert.deepEqual([request.id, request.from, request.to, request.text, request.lengthBytes], [
    7,
    OWN_NUM,
    OWN_NUM,
    "/weather Orléans",
    17,
  ]);
  assert.deepEqual([request.kind, request.viaMqtt, request.snr, request.hopsUsed], ["text", false, undefined, 0]);
  const people = createPeople({ clock: createFakeClock(), file: forgetfulFile });
  assert.equal(isAdmin(request, ["!16fad3dc"], people, { licensed: false }), false);
  assert.equal(people.pinnedKey(OWN_NUM), undefined);
});

Deno.test("scheduledText() is a command of the configured prefix, however it was written", () => {
  for (const prefix of ["/", "!", "!!", "."]) {
    for (const written of ["weather rain", "/weather rain", `${prefix}weather rain`]) {
      assert.deepEqual(parseCommand(scheduledText(written, prefix), prefix), { word: "weather", args: "rain" }, `${prefix} ${written}`);
    }
  }
});
