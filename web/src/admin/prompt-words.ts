// 提示音 that ship with the platform: their names and what they say (crates/media/prompts/prompts.csv). Digits and units are replaced as a set.

export interface PromptWords {
  name: string;
  title: string;
  text: string;
}

export const PROMPTS: readonly PromptWords[] = [
  { name: "greeting", title: "欢迎语", text: "您好，这里是一二三四五政务服务便民热线。" },
  { name: "recording.notice", title: "录音告知", text: "为保证服务质量，您的通话将被录音。" },
  { name: "menu", title: "菜单", text: "普通来电请按一，企业来电请按二。" },
  { name: "menu.invalid", title: "按键有误", text: "输入有误，请重新输入。" },
  { name: "queue.wait", title: "排队等候", text: "话务员正忙，请您耐心等候，我们会尽快为您接听。" },
  { name: "queue.before", title: "前面人数（前）", text: "您前面还有" },
  { name: "queue.after", title: "前面人数（后）", text: "位来电者正在等候。" },
  { name: "queue.next", title: "下一位", text: "下一位就轮到您了，请不要挂机。" },
  { name: "queue.minutes_before", title: "预计等候（前）", text: "预计还需等候" },
  { name: "queue.minutes_after", title: "预计等候（后）", text: "分钟。" },
  { name: "queue.minutes_short", title: "一分钟内接听", text: "预计一分钟之内为您接听。" },
  { name: "queue.full", title: "来电过多", text: "现在来电较多，暂时无法为您接听。" },
  { name: "queue.nobody", title: "无人在岗", text: "现在没有话务员在岗。" },
  { name: "queue.emergency", title: "应急优先", text: "正在为您优先接通，请不要挂机。如遇危及人身安全的紧急情况，请直接拨打一一零、一一九或者一二零。" },
  { name: "offer.message", title: "留言选项", text: "留言请按一。" },
  { name: "offer.callback", title: "回电选项", text: "请我们稍后给您回电，请按二，您不必一直等候。" },
  { name: "offer.wait", title: "继续等候选项", text: "继续等候请按零。" },
  { name: "callback.booked", title: "回电已登记", text: "已为您登记回电，我们会尽快与您联系，感谢您的来电，再见。" },
  { name: "callback.later", title: "稍后回电", text: "很抱歉未能及时接听，我们会尽快给您回电，再见。" },
  { name: "message.begin", title: "留言说明", text: "请在滴声后留言，留言结束请按井号键或直接挂机。" },
  { name: "message.saved", title: "留言收到", text: "您的留言已经收到，我们会尽快处理，感谢您的来电，再见。" },
  { name: "rating.ask", title: "请评价", text: "请您对本次服务作出评价，非常满意请按五，满意请按四，基本满意请按三，不满意请按二，非常不满意请按一。" },
  { name: "rating.invalid", title: "评价按键有误", text: "输入有误，请重新评价。" },
  { name: "rating.thanks", title: "感谢评价", text: "感谢您的评价，再见。" },
  { name: "agent.number", title: "报工号", text: "号话务员为您服务。" },
  { name: "agent.lost", title: "座席中断", text: "通话意外中断，正在为您重新接通话务员，请不要挂机。" },
  { name: "transfer.wait", title: "转接等候", text: "正在为您转接，请稍候。" },
  { name: "transfer.failed", title: "转接未成", text: "对方暂时无法接听，正在为您返回。" },
  { name: "hold.wait", title: "保持等候", text: "请稍等，不要挂机。" },
  { name: "conference.joined", title: "加入三方", text: "已加入三方通话。" },
  { name: "closed", title: "非服务时间", text: "您好，现在是非服务时间，您可以留言，也可以通过网站和手机应用反映问题，感谢您的来电。" },
  { name: "outbound.greeting", title: "外呼问候", text: "您好，这里是一二三四五政务服务便民热线，现在给您回电，请稍候。" },
  { name: "goodbye", title: "再见", text: "感谢您的来电，再见。" },
];

/** Prompts of the centre itself are shown by the name they were given. */
export function promptName(name: string): string {
  return PROMPTS.find((p) => p.name === name)?.title ?? name;
}

/** Names a new prompt may have, as the platform checks them. */
export const PROMPT_NAME = /^[a-z0-9_-][a-z0-9._-]{1,59}$/;
