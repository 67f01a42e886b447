// The parts of 话务: who may open which.

export interface CallRoom {
  path: string;
  name: string;
  /** Any of these opens the room. */
  needs: readonly string[];
}

export const CALL_ROOMS: readonly CallRoom[] = [
  { path: "floor", name: "话务现场", needs: ["call.monitor"] },
  { path: "records", name: "通话记录", needs: ["call.query"] },
  { path: "duties", name: "待回拨", needs: ["call.handle"] },
  { path: "quality", name: "质检", needs: ["call.score", "call.appeal", "call.handle"] },
  { path: "report", name: "话务报表", needs: ["call.report"] },
  { path: "marks", name: "来电名单", needs: ["call.mark", "call.mark_decide"] },
];

export function callRoomsOf(can: (permission: string) => boolean): CallRoom[] {
  return CALL_ROOMS.filter((r) => r.needs.some(can));
}
