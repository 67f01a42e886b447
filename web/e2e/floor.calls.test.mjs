// The floor with several people at once: a department called in, a colleague who takes over, a leader who whispers, a crash in the
// middle of it. Real sipp on both ends, real Chromium, the real binary.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { hear } from "./listen.mjs";
import { MICROPHONE, shot, startBrowser, startPlatform } from "./platform.mjs";
import { button, clean } from "./screen.mjs";
import { SILENT, SPOKEN, WORDS, answer, api, bar, enabled, isTone, key, rated, ready, rings, seat, sound, state, switchboard, voiced, wrapped } from "./seat.mjs";
import { answerAt, dialIn } from "./sip.mjs";

const CITIZEN_HZ = 440;
const DEPARTMENT_HZ = 1_000;

let board;
let platform;
let browser;

before(async () => {
  board = await switchboard({ brief: WORDS });
  [platform, browser] = await Promise.all([startPlatform(board.start), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

const agentAt = (login) => seat(browser, platform, login);

/** A citizen on the line with this agent. */
async function talking(agent, from) {
  const caller = await dialIn(board.sip, { from });
  await answer(agent.page);
  return caller;
}

test("a department is consulted, joins, and the leader whispers to the agent alone", async (t) => {
  const agent = await agentAt("agent01");
  const { page } = agent;
  await ready(page);
  const caller = await talking(agent, "13800002222");

  const department = await answerAt(board.carrier, { hz: DEPARTMENT_HZ });
  await key(page, "咨询").click();
  await page.getByLabel("查找单位").fill("市住建局");
  await shot(page, "floor-departments");
  await page.getByRole("button", { name: "咨询云溪市住房和城乡建设局" }).click();
  await enabled(page, "三方");
  await bar(page).getByText("云溪市住房和城乡建设局").waitFor();
  const consulting = (music, voice) => music.rms > SILENT / 2 && isTone(voice, DEPARTMENT_HZ);
  await sound(t, "consulting: music for the citizen, the agent hears the department alone", () => [caller.listen(2_500), hear(page, 2_500)], consulting);

  await key(page, "三方").click();
  await key(page, "静音").click();
  await key(page, "取消静音").waitFor();
  const joined = (citizen, unit) => citizen.rms > SPOKEN && unit.rms > SPOKEN;
  await sound(t, "three-way, the agent muted: citizen and department hear one another", () => [caller.listen(2_000), department.listen(2_000)], joined);
  await shot(page, "floor-three-way");

  const leader = await agentAt("teamleader01");
  await ready(leader.page);
  await key(leader.page, "示忙").click();
  await leader.page.getByRole("list", { name: "示忙原因" }).getByRole("button").first().click();
  await state(leader.page, "示忙");
  await leader.page.goto(`${platform.base}/calls/floor`);
  const line = leader.page.getByRole("group", { name: "座席" }).getByRole("row").filter({ hasText: "138****2222" });
  await button(line, "密语").waitFor({ timeout: 30_000 });
  await voiced(leader.page);
  caller.speak(false);
  department.speak(false);
  await button(line, "密语").click();
  await state(leader.page, "监听");
  const all = () => [hear(page, 2_500), caller.listen(2_500), department.listen(2_500)];
  await sound(t, "whisper: the agent alone", all, (told, citizen, unit) => told.rms > SILENT && citizen.rms < SILENT && unit.rms < SILENT);
  await shot(leader.page, "floor-whisper");
  await button(line, "强插").click();
  await sound(t, "barge-in: everybody", all, (...heard) => heard.every((h) => h.rms > SILENT));
  await key(leader.page, "退出监听").click();

  await key(page, "挂断").click();
  assert.equal(await department.ended, 0, department.errors());
  await rated(caller, page);
  await wrapped(page);
  await state(page, "空闲");
  const calls = await api(leader.page, platform, "/calls?direction=in");
  const view = await api(leader.page, platform, `/calls/${calls.items[0].id}`);
  assert.deepEqual([view.outcome, view.rating], ["answered", 5]);
  assert.deepEqual(new Set(view.legs.map((leg) => leg.kind)), new Set(["citizen", "agent", "department", "supervisor"]));
  assert.ok(view.recordings[0].ms > 10_000, `the recording is as long as the conversation: ${view.recordings[0].ms}`);
  await clean(agent, "agent");
  await clean(leader, "leader");
  await key(page, "签出").click();
  await leader.close();
  await agent.close();
});

test("a colleague is asked and takes the citizen over", async (t) => {
  const [agent, expert] = [await agentAt("agent02"), await agentAt("agent03")];
  await ready(agent.page);
  const caller = await talking(agent, "13800003333");
  await ready(expert.page);

  await key(agent.page, "咨询").click();
  await agent.page.getByText("话务员", { exact: true }).click();
  const free = agent.page.getByRole("list", { name: "同事" }).getByRole("button", { name: /咨\s*询/, disabled: false });
  await free.first().click();
  await rings(expert.page);
  await key(expert.page, "应答").click();
  await enabled(agent.page, "三方");
  await key(agent.page, "转接").click();
  await state(agent.page, "话后整理");
  const talk = (citizen, told) => citizen.rms > SPOKEN && isTone(told, CITIZEN_HZ);
  await sound(t, "after the transfer", () => [caller.listen(2_500), hear(expert.page, 2_500)], talk);
  await key(expert.page, "挂断").click();
  await rated(caller, expert.page);
  await wrapped(agent.page);
  await wrapped(expert.page);
  const calls = await api(expert.page, platform, "/calls?direction=in");
  assert.equal(calls.items[0].transfers, 1);
  await key(agent.page, "签出").click();
  await key(expert.page, "签出").click();
  await agent.close();
  await expert.close();
});

test("after kill -9 the call is closed with its cause, the recording is whole, the citizen is called back", async (t) => {
  const agent = await agentAt("agent04");
  await ready(agent.page);
  const caller = await talking(agent, "13800004444");
  // Recordings are written by the second.
  await sound(t, "before the crash", () => [caller.listen(4_000)], (citizen) => citizen.rms > SPOKEN);
  await platform.crash();
  caller.stop();
  const begun = performance.now();
  platform = { ...(await startPlatform(board.start)), password: platform.password };
  await state(agent.page, "未签入");
  t.diagnostic(`the softphone was back after ${Math.round(performance.now() - begun)} ms`);
  const calls = await api(agent.page, platform, "/calls?direction=in");
  const view = await api(agent.page, platform, `/calls/${calls.items[0].id}`);
  assert.deepEqual([view.outcome, view.cause], ["answered", "restart"]);
  assert.ok(view.legs.every((leg) => leg.ended_at !== null), "every line has an end");
  assert.deepEqual(view.events.map((e) => e.seq), view.events.map((_, i) => i + 1), "numbers without gaps");
  const [recording] = view.recordings;
  t.diagnostic(`recording ${recording.status}, ${recording.ms} ms`);
  assert.equal(recording.status, "repaired");
  assert.ok(recording.ms > 2_000, `what was said is there: ${recording.ms}`);
  const duties = await api(agent.page, platform, "/call-duties");
  assert.ok(duties.items.some((duty) => duty.number_masked === "138****4444"), "whoever was cut off is called back");

  await ready(agent.page);
  const again = await talking(agent, "13800004444");
  await key(agent.page, "挂断").click();
  await rated(again, agent.page);
  await agent.close();
});
