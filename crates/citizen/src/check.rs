//! 完整性与有效性校验 of the citizen's form: every complaint at once, each beside its field with its remedy.

use kernel::{Date, FieldError, IdCard, Phone, PhoneKind};

use crate::form::{Catalogue, Form, Section};

const TITLE: usize = 50;
const CONTENT: usize = 2000;

/// 求助, 投诉 and 举报 happened somewhere.
#[must_use]
pub fn is_place_bound(kind: &str) -> bool {
    matches!(kind, "help" | "complaint" | "report")
}

/// Everything wrong with the whole form.
#[must_use]
pub fn check(form: &Form, catalogue: &Catalogue, today: Date) -> Vec<FieldError> {
    Section::ALL.iter().flat_map(|s| check_part(form, *s, catalogue, today)).collect()
}

/// Everything wrong with one part of it.
#[must_use]
pub fn check_part(form: &Form, part: Section, catalogue: &Catalogue, today: Date) -> Vec<FieldError> {
    let mut list = List::default();
    match part {
        Section::Kind => kind(&mut list, form, catalogue),
        Section::What => what(&mut list, form, today),
        Section::Where => place(&mut list, form, catalogue),
        Section::Photos => photos(&mut list, form, catalogue),
        Section::Who => who(&mut list, form),
    }
    list.0
}

#[derive(Default)]
struct List(Vec<FieldError>);

impl List {
    fn when(&mut self, wrong: bool, field: &str, message: &str, remedy: &str) {
        if wrong && !self.0.iter().any(|e| e.field == field) {
            self.0.push(FieldError::new(field, message).with_remedy(remedy));
        }
    }

    fn longest(&mut self, field: &str, name: &str, text: &str, most: usize) {
        let n = text.trim().chars().count();
        let message = format!("{name}最多{most}字，现有{n}字");
        self.when(n > most, field, &message, "请删减后再继续");
    }
}

fn kind(list: &mut List, form: &Form, catalogue: &Catalogue) {
    let known = form.mailbox.is_empty() || catalogue.mailbox_name(&form.mailbox).is_some();
    list.when(!known, "mailbox", "该信箱已经关闭", "请另选一个信箱，或作为一般诉求提交");
    list.when(form.kind.is_empty(), "kind", "请选择诉求类型", "不确定时选“求助”，工作人员会核对");
    let known = form.kind.is_empty() || catalogue.kind_name(&form.kind).is_some();
    list.when(!known, "kind", "该诉求类型不存在", "请从列出的类型中选择");
    let known = form.category.is_empty() || catalogue.category_name(&form.category).is_some();
    list.when(!known, "category", "该问题分类不存在", "请重新选择，或选“不清楚”");
}

fn what(list: &mut List, form: &Form, today: Date) {
    let text = form.content.trim();
    list.when(text.is_empty(), "content", "请填写诉求内容", "写明什么时间、什么地方、发生了什么、希望怎样解决");
    list.when(text.chars().count() < 5, "content", "诉求内容过短", "请至少写5个字，说清事情经过");
    list.when(
        !says_something(text),
        "content",
        "诉求内容看不出具体事项",
        "请用文字说明事情经过，不要只填符号或重复的字",
    );
    list.longest("content", "诉求内容", text, CONTENT);
    list.longest("title", "标题", &form.title, TITLE);
    list.longest("wish", "您的希望", &form.wish, 500);
    list.longest("respondent", "被反映的单位或个人", &form.respondent, 100);
    if !form.occurred_on.trim().is_empty() {
        match form.occurred_on.trim().parse::<Date>() {
            Ok(day) => list.when(day > today, "occurred_on", "发生日期不能晚于今天", "请核对日期"),
            Err(_) => list.when(true, "occurred_on", "发生日期格式不对", "请按“2026-01-31”的样子填写，或留空"),
        }
    }
}

/// At least four different characters that are letters or digits, and not digits alone.
fn says_something(text: &str) -> bool {
    let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let words = letters.iter().any(|c| c.is_alphabetic());
    letters.sort_unstable();
    letters.dedup();
    words && letters.len() >= 4
}

fn place(list: &mut List, form: &Form, catalogue: &Catalogue) {
    list.when(form.area.is_empty(), "area", "请选择事发区域", "选到街道、乡镇；说不准时可只选区县");
    let known = form.area.is_empty() || catalogue.area_name(&form.area).is_some();
    list.when(!known, "area", "该区域不在本市范围内", "请从列出的区域中选择");
    let address = form.address.trim();
    let bound = is_place_bound(&form.kind);
    list.when(
        bound && address.is_empty(),
        "address",
        "请填写详细地址",
        "求助、投诉、举报须写明地点，例如“泉水路12号幸福小区3号楼”",
    );
    list.when(
        bound && address.chars().count() < 3,
        "address",
        "地址过于简略",
        "请写到路名、门牌、小区或能找到的标志物",
    );
    list.longest("address", "详细地址", address, 200);
}

fn photos(list: &mut List, form: &Form, catalogue: &Catalogue) {
    let most = catalogue.limits.photos;
    list.when(form.photos.len() > most, "photos", &format!("最多上传{most}张照片"), "请删去多余的照片");
}

fn who(list: &mut List, form: &Form) {
    if !form.anonymous {
        list.when(form.name.trim().is_empty(), "name", "请填写姓名", "不愿留姓名的，请勾选“匿名反映”");
        list.longest("name", "姓名", &form.name, 50);
        let text = form.phone.trim();
        list.when(
            text.is_empty(),
            "phone",
            "请填写手机号码",
            "用于接收验证码和办理结果；不愿留号码的，请勾选“匿名反映”",
        );
        match Phone::parse(text) {
            Ok(phone) => {
                let mobile = phone.kind() == PhoneKind::Mobile;
                list.when(!mobile, "phone", "请填写手机号码", "固定电话收不到验证码；没有手机的请直接拨打热线电话");
            }
            Err(_) => list.when(true, "phone", "手机号码不正确", "请填写11位手机号码"),
        }
        if !form.id_no.trim().is_empty() {
            let wrong = IdCard::parse(form.id_no.trim()).is_err();
            list.when(wrong, "id_no", "身份证号码不正确", "请核对18位号码，也可以不填");
        }
    }
    list.when(!form.consent, "consent", "请阅读并同意个人信息处理告知", "勾选后才能继续；不同意的可拨打热线电话反映");
}

/// A title of at most 50 characters out of the content: its first sentence, or its beginning.
#[must_use]
pub fn draft_title(content: &str) -> String {
    let text = content.trim();
    let first = text.split(['。', '！', '？', '；', '\n', '\r']).next().unwrap_or_default();
    first.trim().chars().take(TITLE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{Group, Item, Limits, PhotoLine};

    fn item(code: &str, name: &str) -> Item {
        Item { code: code.to_owned(), name: name.to_owned(), hint: String::new() }
    }

    fn catalogue() -> Catalogue {
        let area =
            Group { code: "1".to_owned(), name: "澄湖区".to_owned(), items: vec![item("11", "鼓角街道")] };
        Catalogue {
            city: "云溪市".to_owned(),
            phone: "12345".to_owned(),
            kinds: vec![item("help", "求助"), item("consult", "咨询")],
            categories: vec![Group {
                code: "c".to_owned(),
                name: "市政".to_owned(),
                items: vec![item("0301", "路灯")],
            }],
            areas: vec![area],
            dissatisfied: Vec::new(),
            limits: Limits { photos: 2, photo_bytes: 100, code_minutes: 5 },
            consent: "1".to_owned(),
            mailboxes: vec![item("m1", "市长信箱")],
        }
    }

    fn good() -> Form {
        Form {
            kind: "help".to_owned(),
            content: "泉水路路灯三天不亮，请维修。".to_owned(),
            area: "11".to_owned(),
            address: "泉水路12号".to_owned(),
            name: "王晓明".to_owned(),
            phone: "13812345678".to_owned(),
            consent: true,
            ..Form::default()
        }
    }

    fn wrong(form: &Form) -> Vec<String> {
        check(form, &catalogue(), Date::constant(2026, 11, 27)).into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn a_full_form_passes_and_an_empty_one_tells_everything_once() {
        assert_eq!(wrong(&good()), [""; 0]);
        assert_eq!(wrong(&Form::default()), ["kind", "content", "area", "name", "phone", "consent"]);
    }

    #[test]
    fn each_mistake_is_told_beside_its_field() {
        let with = |change: fn(&mut Form)| {
            let mut form = good();
            change(&mut form);
            wrong(&form)
        };
        assert_eq!(with(|f| f.content = "。。。。。。".to_owned()), ["content"]);
        assert_eq!(with(|f| f.content = "啊啊啊啊啊啊啊".to_owned()), ["content"]);
        assert_eq!(with(|f| f.content = "12345678".to_owned()), ["content"]);
        assert_eq!(with(|f| f.content = "长".repeat(1000) + &"话短说".repeat(400)), ["content"]);
        assert_eq!(with(|f| f.address.clear()), ["address"]);
        assert_eq!(with(|f| f.area = "99".to_owned()), ["area"]);
        assert_eq!(with(|f| f.phone = "0851-86543210".to_owned()), ["phone"]);
        assert_eq!(with(|f| f.phone = "1381234567".to_owned()), ["phone"]);
        assert_eq!(with(|f| f.id_no = "110101199003071234".to_owned()), ["id_no"]);
        assert_eq!(with(|f| f.occurred_on = "2026-12-01".to_owned()), ["occurred_on"]);
        assert_eq!(with(|f| f.occurred_on = "昨天".to_owned()), ["occurred_on"]);
        assert_eq!(with(|f| f.photos = vec![PhotoLine::default(); 3]), ["photos"]);
        assert_eq!(with(|f| f.category = "9".to_owned()), ["category"]);
        assert_eq!(with(|f| f.mailbox = "m2".to_owned()), ["mailbox"], "closed meanwhile");
        assert_eq!(with(|f| f.mailbox = "m1".to_owned()), [""; 0]);
    }

    #[test]
    fn a_question_needs_no_address_and_an_anonymous_matter_no_person() {
        let question = Form { kind: "consult".to_owned(), address: String::new(), ..good() };
        assert_eq!(wrong(&question), [""; 0]);
        let nobody = Form { anonymous: true, name: String::new(), phone: String::new(), ..good() };
        assert_eq!(wrong(&nobody), [""; 0]);
    }

    #[test]
    fn titles_come_from_the_first_sentence() {
        assert_eq!(draft_title("路灯不亮。请修。"), "路灯不亮");
        assert_eq!(draft_title(&"长".repeat(80)).chars().count(), 50);
    }
}
