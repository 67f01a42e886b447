// What the call room does beside talking: an emergency service called in, a prompt and an announcement put on the air, an agent moved to a
// desk phone, a call judged and the judgement appealed against. Real sipp, real Chromium, the real binary, each by the role it belongs to.
import { strict as assert } from "node:assert";
import { after, before, test } from "node:test";
import { hear } from "./listen.mjs";
import { MICROPHONE, person, shot, startBrowser, startPlatform } from "./platform.mjs";
import { alaw, linear } from "./rtp.mjs";
import { button, clean, row, told } from "./screen.mjs";
import { SPOKEN, WORDS, answer, api, bar, enabled, isTone, key, rated, ready, seat, signIn, sound, state, switchboard, wrapped } from "./seat.mjs";
import { answerAt, dialIn } from "./sip.mjs";

const CITIZEN = "13800005555";
const CITIZEN_HZ = 440;
const RESCUE_HZ = 900;
const NOTICE_HZ = 600;

let board;
let platform;
let browser;

before(async () => {
  board = await switchboard({ brief: WORDS, config: '[[switch.phones]]\nextension = "8001"\npassword = "desk-8001"\n' });
  [platform, browser] = await Promise.all([startPlatform(board.start), startBrowser(MICROPHONE)]);
});
after(async () => {
  await browser?.close();
  await platform?.stop();
});

/** A second and a half of a tone as somebody would record it: 16 bits, mono, 8 kHz. */
function recording(hz) {
  const samples = Array.from({ length: 12_000 }, (_, i) => linear(alaw(Math.round(Math.sin((2 * Math.PI * hz * i) / 8_000) * 9_000))));
  const wav = Buffer.alloc(44 + samples.length * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + samples.length * 2, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(8_000, 24);
  wav.writeUInt32LE(16_000, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((s, i) => wav.writeInt16LE(s, 44 + i * 2));
  return wav;
}

test("120 is joined with one key: all three hear one another, and the record says so", async (t) => {
  const agent = await seat(browser, platform, "agent01");
  const { page } = agent;
  await ready(page);
  const caller = await dialIn(board.sip, { from: CITIZEN, hz: CITIZEN_HZ });
  await answer(page);
  const rescue = await answerAt(board.carrier, { hz: RESCUE_HZ });
  await bar(page).getByRole("group", { name: "紧急联动" }).getByRole("button", { name: "120" }).click();
  const sure = page.getByRole("tooltip").filter({ hasText: "接通 120 急救？" });
  await sure.waitFor();
  await shot(page, "callroom-joint-asks");
  await button(sure, "接通 120").click();
  await enabled(page, "转接");
  const joined = (citizen, service, agentHears) => citizen.rms > SPOKEN && service.rms > SPOKEN && agentHears.rms > SPOKEN;
  await sound(t, "citizen, agent and rescue hear one another", () => [caller.listen(2_500), rescue.listen(2_500), hear(page, 2_500)], joined);
  await bar(page).getByRole("button", { name: "通话详情" }).click();
  const parties = page.getByRole("list", { name: "通话各方" });
  await parties.getByText("联动").waitFor();
  assert.equal(await parties.getByRole("listitem").count(), 3);
  await shot(page, "callroom-joint");
  // The service has taken over: it is let go, the citizen stays.
  await button(parties.getByRole("listitem").filter({ hasText: "联动" }), "移出").click();
  assert.equal(await rescue.ended, 0, rescue.errors());
  await page.keyboard.press("Escape");
  await sound(t, "afterwards the two go on", () => [hear(page, 2_500)], (heard) => isTone(heard, CITIZEN_HZ));
  await key(page, "挂断").click();
  await rated(caller, page);
  await wrapped(page);

  const calls = await api(page, platform, "/calls?direction=in");
  const view = await api(page, platform, `/calls/${calls.items[0].id}`);
  assert.equal(view.joint, "120");
  assert.deepEqual(new Set(view.legs.map((leg) => leg.kind)), new Set(["citizen", "agent", "service"]));
  await page.goto(`${platform.base}/calls`);
  await row(page, "138****5555").click();
  await page.locator(".calls-detail").getByText("120").first().waitFor();
  await shot(page, "callroom-joint-record");
  await clean(agent, "agent");
  await key(page, "签出").click();
  await agent.close();
});

test("a call is drawn, scored with reasons, appealed against by the agent, and decided by somebody else", async () => {
  const judge = await person(browser, platform, "qc01");
  const { page } = judge;
  await page.goto(`${platform.base}/calls/quality`);
  await button(page, "抽取样本").click();
  await shot(page, "callroom-draw");
  await button(page.getByRole("dialog", { name: "抽取质检样本" }), "抽取").click();
  await told(page, /抽出 \d+ 通/);
  await row(page, "龚芳").first().click();
  const sheet = page.locator(".sc");
  await sheet.waitFor();
  const points = sheet.getByRole("spinbutton").first();
  const item = (await points.getAttribute("aria-label")).replace("得分", "");
  await points.fill("1");
  await button(sheet, "提交评分").waitFor();
  assert.ok(await button(sheet, "提交评分").isDisabled(), "points are not taken off without a reason");
  await shot(page, "callroom-score-missing");
  await sheet.getByLabel(`${item}扣分说明`).fill("未使用规范用语问候");
  await sheet.getByLabel("总评").fill("接听及时，开头语请按规范。");
  await shot(page, "callroom-score");
  await button(sheet, "提交评分").click();
  await told(page, "评分已提交");
  await clean(judge, "judge");

  const agent = await person(browser, platform, "agent01");
  await agent.page.goto(`${platform.base}/calls/quality`);
  await row(agent.page, "龚芳").first().click();
  await button(agent.page, "申诉").click();
  const appeal = agent.page.getByRole("dialog", { name: "对评分提出申诉" });
  await appeal.getByRole("textbox").fill("开头语已按规范使用，录音第二秒可以听到，请复核。");
  await shot(agent.page, "callroom-appeal");
  await button(appeal, "提交申诉").click();
  await agent.page.getByText("录音第二秒可以听到").first().waitFor();
  await shot(agent.page, "callroom-appealed");
  await clean(agent, "agent");

  const leader = await person(browser, platform, "teamleader01");
  await leader.page.goto(`${platform.base}/calls/quality`);
  await row(leader.page, "龚芳").first().click();
  await button(leader.page, "复核申诉").click();
  const decide = leader.page.getByRole("dialog", { name: "复核申诉" });
  await decide.getByText("申诉成立，改分").click();
  await decide.getByLabel("改后得分").fill("96");
  await decide.getByLabel("复核意见").fill("录音中有规范问候，予以改分。");
  await shot(leader.page, "callroom-decide");
  await button(decide, "确认复核").click();
  await leader.page.getByText(/→ 96 分/).waitFor();
  await shot(leader.page, "callroom-decided");
  await clean(leader, "leader");
  await Promise.all([judge.close(), agent.close(), leader.close()]);
});

test("a prompt is uploaded, announced, and heard by the next citizen; an agent is moved to a desk phone", async (t) => {
  const leader = await person(browser, platform, "teamleader01");
  const { page } = leader;
  await page.goto(`${platform.base}/admin/prompts`);
  await page.getByLabel("新语音名称").fill("notice.water");
  const upload = async (buffer) => {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, "上传新语音").click()]);
    await chooser.setFiles({ name: "notice.wav", mimeType: "audio/wav", buffer });
  };
  await upload(Buffer.from("nothing that sounds"));
  await page.locator(".ant-message-error").waitFor();
  await upload(recording(NOTICE_HZ));
  await told(page, "已上传");
  await page.getByRole("row").filter({ hasText: "notice.water" }).waitFor();
  await shot(page, "callroom-prompts");

  await page.goto(`${platform.base}/admin/announcements`);
  await shot(page, "callroom-announcements-none");
  await button(page, "新增公告").first().click();
  const editor = page.getByRole("dialog").filter({ hasText: "新增公告" });
  await editor.getByLabel("标题").fill("城区东部停水通知");
  await editor.getByLabel(/内容/).fill("今日8时至18时城区东部停水检修，请提前储水，恢复时间另行通知。");
  await editor.getByLabel("播放的语音").click();
  await page.getByTitle("notice.water").click();
  await shot(page, "callroom-announcement");
  await button(editor, "保存").click();
  await told(page, "公告已保存");
  await page.getByText("播放中").waitFor();
  await shot(page, "callroom-announcements");

  const caller = await dialIn(board.sip, { from: "13800006666", stay: 12_000 });
  await sound(t, "the announcement is on the air", () => [caller.listen(700)], (heard) => heard.tone(NOTICE_HZ) > SPOKEN);
  assert.equal(await caller.ended, 0, caller.errors());

  await page.goto(`${platform.base}/admin/skills`);
  const extension = page.getByLabel("龚芳 话机分机");
  await extension.fill("12345");
  await extension.press("Enter");
  await told(page, "话机分机为2至8位数字");
  await extension.fill("8001");
  await extension.press("Enter");
  await told(page, "龚芳改用话机 8001");
  await page.getByLabel("杜凤英 话机分机").fill("8001");
  await page.getByLabel("杜凤英 话机分机").press("Enter");
  await told(page, "该分机已由龚芳使用");
  await shot(page, "callroom-skills");
  assert.deepEqual(leader.problems, []);

  const agent = await seat(browser, platform, "agent01");
  await bar(agent.page).getByText("来电在话机 8001 上振铃").waitFor();
  await signIn(agent.page);
  await bar(agent.page).getByText("话机 8001 未注册").waitFor();
  await state(agent.page, "示忙");
  await shot(agent.page, "callroom-desk-phone-gone");
  await bar(agent.page).getByRole("button", { name: /座席状态/ }).click();
  await agent.page.getByText("本座席使用桌面话机").waitFor();
  await shot(agent.page, "callroom-desk-phone-panel");
  await clean(agent, "agent");
  await agent.close();
  await leader.close();
});
