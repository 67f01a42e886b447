// 答复质量提示: local rules over the text of a reply. They point, they do not block; except personal data, which must go.

export interface ReplyFinding {
  rule: string;
  /** What was found, for the eye. */
  found: string;
  remedy: string;
  /** Personal data in a text the citizen or the public will read. */
  grave: boolean;
}

const PHONE = /(?<!\d)1[3-9]\d{9}(?!\d)/;
const ID_NO = /(?<!\d)\d{17}[\dXx](?![\dXx])/;
const VAGUE = /尽快|近期|适时|择期|相关部门|有关部门|下一步将/;
const DATE = /\d{1,2}\s*月|\d{1,2}\s*日|\d+\s*个?(工作日|天|小时)|今天|明天|今日|明日/;
const COLLOQUIAL = /没办法|管不了|不归我们|不清楚|你自己|随便|无语/;
const TEMPLATE = /您反映的问题已收悉.{0,12}(感谢|谢谢)/;
const MIN_CHARS = 20;

export function checkReply(text: string): ReplyFinding[] {
  const list: ReplyFinding[] = [];
  const add = (rule: string, hit: string | undefined, remedy: string, grave = false) => {
    if (hit !== undefined) list.push({ rule, found: hit, remedy, grave });
  };
  add("含手机号码", PHONE.exec(text)?.[0], "请删去个人手机号，单位联系电话请用固定电话", true);
  add("含身份证号", ID_NO.exec(text)?.[0], "请删去身份证号", true);
  const vague = VAGUE.exec(text)?.[0];
  add("措施空泛、无时限", vague && !DATE.test(text) ? vague : undefined, "请写明办理单位、具体措施和完成日期");
  add("用语不当", COLLOQUIAL.exec(text)?.[0], "请改用规范、礼貌的书面语");
  add("模板化答复", TEMPLATE.exec(text)?.[0], "请针对诉求逐项答复");
  const length = [...text.trim()].length;
  add("内容过短", length > 0 && length < MIN_CHARS ? `${length}字` : undefined, "请说明核实情况、处理结果和依据");
  return list;
}
