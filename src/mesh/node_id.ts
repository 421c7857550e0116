export * from "../node_id.ts";
