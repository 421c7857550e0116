/** Messages to our own node itself; they never go on the air. */
import { encode } from "../link/codec.ts";
import { PortNum } from "../link/enums.ts";
import type { Init } from "../link/messages.ts";
import { randomId } from "../link/random_id.ts";

/** An admin message from our node to itself: it needs no session passkey. */
export function adminPacket(ownNum: number, admin: Init<"AdminMessage">): Init<"MeshPacket"> {
  return {
    from: ownNum,
    to: ownNum,
    id: randomId(),
    payloadVariant: { case: "decoded", value: { portnum: PortNum.ADMIN_APP, payload: encode("AdminMessage", admin) } },
  };
}
