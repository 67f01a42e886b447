// 提示音 that ship with the platform: their names and what they say (crates/media/prompts/prompts.csv). Digits and units are replaced as a set.

export interface PromptWords {
  name: string;
  title: string;
  text: string;
}

export const PROMPTS: readonly PromptWords[] = [
  { name: "greeting", title: "欢迎语", text: "您好，这里是一二三四五政务服务便民热线。" },
  { name: "recording.notice", title: "录音告知", text: "为保证服务质量，您的通话将被录音。" },
  { name: "queue.wait", title: "排队等候", text: "话务员正忙，请您耐心等候，我们会尽快为您接听。" },
  { name: "queue.position", title: "排队位置", text: "您前面排队的人数是" },
  { name: "queue.estimate", title: "预计等候", text: "预计等候时间约" },
  { name: "queue.soon", title: "即将接听", text: "马上就轮到您了，请不要挂机。" },
  { name: "queue.moved", title: "转其他座席", text: "正在为您转到其他话务员，请稍候。" },
  { name: "callback.offer", title: "询问回电", text: "如果您不想继续等候，请按一，我们会在稍后给您回电，您的排队次序将为您保留；继续等候，请按零；留言，请按二。" },
  { name: "callback.booked", title: "回电已登记", text: "已为您登记回电，我们会尽快与您联系，感谢您的来电，再见。" },
  { name: "message.offer", title: "请留言", text: "现在请您留言，我们会尽快处理并给您回复。" },
  { name: "message.after_tone", title: "留言说明", text: "请在滴声后留言，留言结束请按井号键或直接挂机。" },
  { name: "message.thanks", title: "留言收到", text: "您的留言已经收到，我们会尽快处理，感谢您的来电，再见。" },
  { name: "agent.number", title: "报工号", text: "号话务员为您服务。" },
  { name: "agent.busy", title: "对方忙", text: "对方正忙，请稍候。" },
  { name: "transfer.wait", title: "转接等候", text: "正在为您转接，请稍候。" },
  { name: "transfer.failed", title: "转接未成", text: "对方暂时无法接听，正在为您返回话务员。" },
  { name: "hold.wait", title: "保持等候", text: "请稍等，不要挂机。" },
  { name: "conference.joined", title: "加入三方", text: "已加入三方通话。" },
  { name: "outbound.greeting", title: "外呼问候", text: "您好，这里是一二三四五政务服务便民热线，现在给您回电，请稍候。" },
  { name: "rating.ask", title: "请评价", text: "请您对本次服务作出评价，非常满意请按五，满意请按四，基本满意请按三，不满意请按二，非常不满意请按一。" },
  { name: "rating.thanks", title: "感谢评价", text: "感谢您的评价，再见。" },
  { name: "emergency", title: "应急优先", text: "正在为您优先接通，请不要挂机。如遇危及人身安全的紧急情况，请直接拨打一一零、一一九或者一二零。" },
  { name: "overload", title: "来电过多", text: "现在来电较多，暂时无法为您接听，请稍后再拨，感谢您的理解。" },
  { name: "closed", title: "非服务时间", text: "您好，现在是非服务时间，您可以留言，也可以通过网站和手机应用反映问题，感谢您的来电。" },
  { name: "invalid.key", title: "按键有误", text: "输入有误，请重新输入。" },
  { name: "no.input", title: "没有按键", text: "没有检测到您的按键。" },
  { name: "goodbye", title: "再见", text: "感谢您的来电，再见。" },
];

/** Prompts of the centre itself are shown by the name they were given. */
export function promptName(name: string): string {
  return PROMPTS.find((p) => p.name === name)?.title ?? name;
}

/** Names a new prompt may have, as the platform checks them. */
export const PROMPT_NAME = /^[a-z0-9_-][a-z0-9._-]{1,59}$/;
