//! 公文 of an order: which there are, who issues them, how they are numbered, and what a template may say (§3.8, H3, I5).

use std::collections::BTreeSet;

use kernel::Refusal;

use crate::authority::Role;
use crate::request::RequestKind;

coded! {
    /// 文书种类.
    PaperKind {
        Transfer = "transfer", "转办单";
        Assign = "assign", "交办函";
        Sheet = "sheet", "工单";
        Supervise = "supervise", "督办函";
        Return = "return", "退回审批单";
        Extension = "extension", "延期审批单";
        Redo = "redo", "重办审批单";
        Reply = "reply", "答复函";
    }
}

coded! {
    /// Whether a document still speaks.
    PaperState { Valid = "valid", "有效"; Withdrawn = "withdrawn", "已作废"; }
}

const CENTER: &[Role] = &[Role::TeamLeader, Role::Dispatcher, Role::Auditor, Role::Supervisor];
const UNIT: &[Role] = &[Role::UnitAdmin, Role::Handler, Role::UnitLeader];
const ASSIGN: &[Role] = &[Role::TeamLeader, Role::Dispatcher, Role::Supervisor];
const SUPERVISE: &[Role] = &[Role::TeamLeader, Role::Supervisor];
const REPLY: &[Role] = &[Role::TeamLeader, Role::ReplyAgent, Role::UnitAdmin];

impl PaperKind {
    /// 文种字, in the number.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Transfer => "转字",
            Self::Assign => "交字",
            Self::Sheet => "单字",
            Self::Supervise => "督字",
            Self::Return => "退字",
            Self::Extension => "延字",
            Self::Redo => "重字",
            Self::Reply => "复字",
        }
    }

    /// Set as a letter under a red head; the others are forms.
    #[must_use]
    pub const fn is_letter(self) -> bool {
        matches!(self, Self::Assign | Self::Supervise | Self::Reply)
    }

    /// Names the citizen in clear.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Reply)
    }

    /// The kind of application it is about.
    #[must_use]
    pub const fn request(self) -> Option<RequestKind> {
        match self {
            Self::Return => Some(RequestKind::Return),
            Self::Extension => Some(RequestKind::Extension),
            Self::Redo => Some(RequestKind::Redo),
            _ => None,
        }
    }

    /// One of the roles may issue it. Letters of the centre are the centre's; forms everybody's who works on the order.
    #[must_use]
    pub fn may_issue(self, roles: &BTreeSet<Role>) -> bool {
        let holds = |list: &[Role]| list.iter().any(|r| roles.contains(r));
        match self {
            Self::Transfer | Self::Sheet | Self::Return | Self::Extension | Self::Redo => holds(CENTER) || holds(UNIT),
            Self::Assign => holds(ASSIGN),
            Self::Supervise => holds(SUPERVISE),
            Self::Reply => holds(REPLY),
        }
    }

    /// Name of the counter its numbers come from: one for each organisation and year.
    #[must_use]
    pub fn counter(self, org: kernel::OrgId, year: i16) -> String {
        format!("paper.{}.{org}.{year}", self.code())
    }

    /// What a template of this kind may name beside [`COMMON`].
    #[must_use]
    pub const fn slots(self) -> &'static [Slot] {
        match self {
            Self::Transfer => TRANSFER,
            Self::Assign => ASSIGNMENT,
            Self::Sheet => SHEET,
            Self::Supervise => SUPERVISION,
            Self::Return | Self::Extension | Self::Redo => APPROVAL,
            Self::Reply => ANSWER,
        }
    }
}

/// 文号: `热线办转字〔2026〕第12号` (§3.8).
#[must_use]
pub fn number(org: &str, kind: PaperKind, year: i16, n: i64) -> String {
    format!("{org}{}〔{year}〕第{n}号", kind.word())
}

/// Characters of 验证码: 80 bits, more than anybody can try.
const CODE: usize = 20;

/// 验证码 from a keyed hash, in groups of four: `A1B2-…`.
#[must_use]
pub fn code(hash: &str) -> String {
    let upper: Vec<char> = hash.chars().take(CODE).map(|c| c.to_ascii_uppercase()).collect();
    upper.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// 验证码 as somebody typed it; `None` when it cannot be one.
#[must_use]
pub fn read_code(typed: &str) -> Option<String> {
    let plain: String = kernel::normalise(typed).chars().filter(char::is_ascii_alphanumeric).collect();
    let whole = plain.len() == CODE && plain.chars().all(|c| c.is_ascii_hexdigit());
    whole.then(|| code(&plain))
}

/// Something a template can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Between the braces; `清单.名称` stands in a table row that is repeated.
    pub name: &'static str,
    pub means: &'static str,
    /// For the preview of a template.
    pub sample: &'static str,
}

const fn slot(name: &'static str, means: &'static str, sample: &'static str) -> Slot {
    Slot { name, means, sample }
}

/// Placeholder of the picture.
pub const QR: &str = "二维码";

/// What every template may name.
pub const COMMON: &[Slot] = &[
    slot("文号", "文书编号，自动编排", "热线办转字〔2026〕第12号"),
    slot(QR, "核验用二维码图片", ""),
    slot("验证码", "核验码，与二维码一致", "A1B2-C3D4-E5F6-A7B8-C9D0"),
    slot("核验网址", "公众核验网页地址", "12345.example.cn/verify"),
    slot("城市", "平台所在城市", "云溪市"),
    slot("落款单位", "出具文书的机构全称", "云溪市12345政务服务便民热线中心"),
    slot("成文日期", "出具日期", "2026年3月9日"),
    slot("经办人", "出具文书的人员", "周敏"),
    slot("工单编号", "受理编号", "99010020260309000127"),
    slot("标题", "诉求标题", "泉水路12号门前路灯连续三晚不亮"),
    slot(
        "诉求内容",
        "诉求正文",
        "来电人反映，泉水路12号门前两盏路灯自3月6日起夜间不亮，附近有学校和公交站，晚间行人较多，存在安全隐患。\n希望尽快修复，并告知修复时间。",
    ),
    slot("诉求类型", "咨询、求助、投诉等", "投诉"),
    slot("事项分类", "分类目录的路径", "城乡建设/市政设施/路灯"),
    slot("来源", "诉求来源", "电话"),
    slot("登记时间", "登记时间", "2026年3月9日 09:15"),
    slot("紧急程度", "特急、紧急、一般", "一般"),
    slot("所属区域", "行政区划", "云溪市鼓角区泉水街道"),
    slot("事发地址", "事件发生地（脱敏）", "泉水路****"),
    slot("诉求人", "姓名（脱敏；答复函为全名）", "王*平"),
    slot("联系电话", "电话（脱敏）", "138****5678"),
    slot("主办单位", "当前主办单位", "云溪市住房和城乡建设局"),
    slot("协办单位", "当前协办单位", "云溪市供电公司"),
    slot("办理期限", "工单办结期限", "2026年3月30日 17:30"),
    slot("办理状态", "工单状态", "办理中"),
];

/// 收文单位 and what it is told to do.
const TRANSFER: &[Slot] = &[
    slot("收文单位", "承办单位", "云溪市住房和城乡建设局"),
    slot("办理方式", "主办或协办", "主办"),
    slot("转办意见", "派单意见", "请按职责核实办理，修复后联系诉求人并反馈。"),
    slot("领导批示", "领导批示意见，没有时为“无”", "请住建局尽快修复，保障群众夜间出行安全。（张建国，2026-03-09）"),
    slot("附件.序号", "附件清单（表格行）", "1"),
    slot("附件.名称", "附件清单：文件名", "现场照片.jpg"),
    slot("附件.大小", "附件清单：大小", "1.2 MB"),
];

const ASSIGNMENT: &[Slot] = &[
    slot("收文单位", "承办单位", "云溪市住房和城乡建设局"),
    slot("领导批示", "领导批示意见，没有时为“无”", "请住建局尽快修复，保障群众夜间出行安全。（张建国，2026-03-09）"),
    slot("交办意见", "派单意见", "请按职责核实办理，修复后联系诉求人并反馈。"),
    slot("签收期限", "签收期限", "2026年3月10日 17:30"),
    slot("反馈期限", "本单位任务的办理期限", "2026年3月30日 17:30"),
    slot("附件.序号", "附件清单（表格行）", "1"),
    slot("附件.名称", "附件清单：文件名", "现场照片.jpg"),
    slot("附件.大小", "附件清单：大小", "1.2 MB"),
];

const SHEET: &[Slot] = &[
    slot("办理情况", "主办单位填报的办理情况", "3月10日到场更换两盏路灯光源并排查线路，当晚恢复照明。"),
    slot("办理结果", "已解决、部分解决等", "已解决"),
    slot("公开答复", "拟答复诉求人的内容", "您反映的路灯已于3月10日修复。感谢您对市政工作的关心。"),
    slot("诉求目的", "诉求人希望的结果", "尽快修复路灯"),
    slot("流转.序号", "流转记录（表格行）", "1"),
    slot("流转.时间", "流转记录：时间", "2026-03-09 09:15"),
    slot("流转.单位", "流转记录：单位", "热线办"),
    slot("流转.人员", "流转记录：人员", "李静"),
    slot("流转.事项", "流转记录：事项", "登记工单"),
    slot("流转.意见", "流转记录：意见", "信息完整"),
];

const SUPERVISION: &[Slot] = &[
    slot("收文单位", "被督办单位", "云溪市住房和城乡建设局"),
    slot("督办轮次", "第几轮", "1"),
    slot("督办级别", "催办、一般督办、挂牌督办等", "一般督办"),
    slot("督办事由", "督办事由", "逾期未办结"),
    slot("督办意见", "督办意见", "该件已逾期两个工作日，请立即到场处置，并书面说明逾期原因和整改措施。"),
    slot("反馈期限", "反馈期限", "2026年4月2日 17:30"),
    slot("抄送单位", "“抄送：”和单位；没有时独占的一段不出现", "抄送：鼓角区人民政府"),
];

const APPROVAL: &[Slot] = &[
    slot("申请单位", "提出申请的单位", "云溪市住房和城乡建设局"),
    slot("申请人", "提出申请的人员", "陈立"),
    slot("申请时间", "提出申请的时间", "2026-03-16 10:20"),
    slot("申请事由", "事由代码的名称", "情况复杂，需多方协调"),
    slot("申请理由", "申请理由全文", "更换的灯杆需定制，供货周期约十个工作日，拟延期办理。"),
    slot("申请依据", "依据，没有时为“无”", "热线办理规程第十八条"),
    slot("建议去向", "退回时建议的承办单位，没有时为“无”", "云溪市城市管理局"),
    slot("延长期限", "延期时申请延长的期限，没有时为“无”", "10个工作日"),
    slot("原办理期限", "申请时的办理期限", "2026年3月30日 17:30"),
    slot("审批结论", "待审批、同意、驳回", "已同意"),
    slot("审批.环节", "审批记录（表格行）", "第1级"),
    slot("审批.审批人", "审批记录：审批人", "刘芳"),
    slot("审批.结论", "审批记录：同意或不同意", "同意"),
    slot("审批.意见", "审批记录：意见", "情况属实，同意延期一次。"),
    slot("审批.时间", "审批记录：时间", "2026-03-17 09:05"),
];

const ANSWER: &[Slot] = &[
    slot(
        "答复内容",
        "统一回复的内容",
        "经核实，您反映的两盏路灯因光源老化损坏。3月10日已全部更换并恢复照明。\n感谢您对市政工作的关心和支持。",
    ),
    slot("答复依据", "“答复依据：”和内容；没有时独占的一段不出现", "答复依据：《城市照明管理规定》第二十四条"),
    slot("答复日期", "统一回复的日期", "2026年3月11日"),
    slot("承办单位", "办理的单位", "云溪市住房和城乡建设局"),
    slot("称谓", "先生、女士", "先生"),
];

/// Everything a template of a kind may name.
pub fn slots(kind: PaperKind) -> impl Iterator<Item = &'static Slot> {
    COMMON.iter().chain(kind.slots())
}

/// Without these a document could not be told from another or verified.
const NEEDED: &[&str] = &["文号", QR, "验证码"];

/// Refuses a template that names what the platform does not know, or lacks what every document must carry.
pub fn check_template<'a>(kind: PaperKind, names: impl IntoIterator<Item = &'a str>) -> Result<(), Refusal> {
    let named: BTreeSet<&str> = names.into_iter().collect();
    let known: BTreeSet<&str> = slots(kind).map(|s| s.name).collect();
    let marked = |names: Vec<&str>| names.iter().map(|n| format!("{{{{{n}}}}}")).collect::<Vec<_>>().join("、");
    let unknown: Vec<&str> = named.difference(&known).copied().collect();
    if !unknown.is_empty() {
        let message = format!("模板中有平台不认识的占位符：{}，请对照占位符表修改后重新上传", marked(unknown));
        return Err(Refusal::invalid("file", message));
    }
    let lacking: Vec<&str> = NEEDED.iter().copied().filter(|n| !named.contains(n)).collect();
    if !lacking.is_empty() {
        let message = format!("模板缺少必需的占位符：{}，没有它们的文书无法核验", marked(lacking));
        return Err(Refusal::invalid("file", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_rule_and_counters_are_apart() {
        assert_eq!(number("热线办", PaperKind::Transfer, 2026, 12), "热线办转字〔2026〕第12号");
        let mut names = BTreeSet::new();
        for kind in PaperKind::ALL {
            for org in [1, 2] {
                for year in [2025, 2026] {
                    names.insert(kind.counter(kernel::OrgId(kernel::Uuid::from_u128(org)), year));
                }
            }
        }
        assert_eq!(names.len(), PaperKind::ALL.len() * 4);
    }

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let shown = code("a1b2c3d4e5f6a7b8c9d0ffff");
        assert_eq!(shown, "A1B2-C3D4-E5F6-A7B8-C9D0");
        for typed in ["a1b2c3d4e5f6a7b8c9d0", " A1B2 C3D4－E5F6—a7b8 c9d0 ", shown.as_str()] {
            assert_eq!(read_code(typed).as_deref(), Some(shown.as_str()), "{typed}");
        }
        for typed in ["", "A1B2", "A1B2-C3D4-E5F6-A7B8-C9DG", "A1B2-C3D4-E5F6-A7B8-C9D0-1"] {
            assert_eq!(read_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_template_is_refused_with_the_name_nobody_knows() {
        let whole = |more: &'static str| [NEEDED, &[more]].concat();
        assert!(check_template(PaperKind::Reply, whole("答复内容")).is_ok());
        let wrong = check_template(PaperKind::Reply, whole("督办意见")).unwrap_err();
        assert!(wrong.fields[0].message.contains("{{督办意见}}"), "{wrong:?}");
        let bare = check_template(PaperKind::Reply, ["文号"]).unwrap_err();
        assert!(bare.fields[0].message.contains("{{二维码}}"), "{bare:?}");
    }

    #[test]
    fn letters_of_the_centre_are_not_issued_by_units() {
        let handler = BTreeSet::from([Role::Handler]);
        let leader = BTreeSet::from([Role::TeamLeader]);
        assert!(PaperKind::Transfer.may_issue(&handler) && !PaperKind::Supervise.may_issue(&handler));
        assert!(PaperKind::ALL.iter().all(|k| k.may_issue(&leader)));
        let admin = BTreeSet::from([Role::Sysadmin]);
        assert!(PaperKind::ALL.iter().all(|k| !k.may_issue(&admin)));
    }

    #[test]
    fn no_two_slots_of_a_template_share_a_name() {
        for kind in PaperKind::ALL {
            let names: Vec<&str> = slots(*kind).map(|s| s.name).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{kind}");
        }
    }
}
