//! 统一身份认证: which identity provider knows our people, and by what we know them again. A person it names never gets an
//! account or a right by that: an account must be there already.

use kernel::FieldError;
use serde::{Deserialize, Serialize};

use crate::authority::Role;

coded! {
    /// Who signs in there.
    Audience {
        Staff = "staff", "工作人员";
        Citizen = "citizen", "群众";
    }
}

coded! {
    /// What of an account the claim must be equal to.
    MatchBy {
        Login = "login", "登录名";
        Phone = "phone", "登记的手机号码";
    }
}

coded! {
    /// Who may still sign in with a password of the platform's.
    PasswordFor {
        Everybody = "everybody", "所有人";
        Admins = "admins", "仅管理员";
    }
}

/// Everything about one identity provider. Kept sealed as a whole, for it holds a password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInSettings {
    pub enabled: bool,
    /// On the button, e.g. `市政务统一身份认证`.
    pub name: String,
    /// As the provider's discovery document names itself.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    /// Separated by blanks.
    pub scopes: String,
    /// Our own address as browsers see it, `https://…`; the provider sends people back there.
    pub base_url: String,
    /// Who signs out here is sent on to the provider, to sign out there too.
    pub logout: bool,
    /// Staff: the claim that says which account.
    pub claim: String,
    pub match_by: MatchBy,
    pub password_for: PasswordFor,
    /// Citizens: the claims with name, mobile number and, where there is one, ID number.
    pub name_claim: String,
    pub phone_claim: String,
    pub id_claim: String,
}

impl Default for SignInSettings {
    fn default() -> Self {
        let text = |t: &str| t.to_owned();
        Self {
            enabled: false,
            name: text("统一身份认证"),
            issuer: String::new(),
            client_id: String::new(),
            client_secret: String::new(),
            scopes: text("openid profile phone"),
            base_url: String::new(),
            logout: true,
            claim: text("preferred_username"),
            match_by: MatchBy::Login,
            password_for: PasswordFor::Everybody,
            name_claim: text("name"),
            phone_claim: text("phone_number"),
            id_claim: String::new(),
        }
    }
}

/// Where the provider sends people back to, below [`SignInSettings::base_url`].
#[must_use]
pub const fn back_path(audience: Audience) -> &'static str {
    match audience {
        Audience::Staff => "/api/sign-in/back",
        Audience::Citizen => "/sign-in/back",
    }
}

/// Where the provider sends people to after they signed out there.
#[must_use]
pub const fn left_path(audience: Audience) -> &'static str {
    match audience {
        Audience::Staff => "/login/left",
        Audience::Citizen => "/sign-in/left",
    }
}

/// Where the provider tells us that somebody signed out elsewhere (Back-Channel Logout 1.0); citizens have no session with us.
#[must_use]
pub const fn told_path(audience: Audience) -> Option<&'static str> {
    match audience {
        Audience::Staff => Some("/api/sign-in/ended"),
        Audience::Citizen => None,
    }
}

/// Why an account does not open to somebody the provider vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The claim names no account of ours.
    Nobody,
    /// The account the claim names is another identity's.
    Taken,
}

/// Whose account opens. Who is bound comes in by that alone, whatever the claims say by now. Who comes first is bound to the
/// account the claim names (`named`, with whether an identity of this provider has it already): a login or a telephone number
/// given to somebody else at the provider must not open its former holder's account.
pub fn opens<A>(bound: Option<A>, named: Option<(A, bool)>) -> Result<A, Shut> {
    match (bound, named) {
        (Some(account), _) | (None, Some((account, false))) => Ok(account),
        (None, Some((_, true))) => Err(Shut::Taken),
        (None, None) => Err(Shut::Nobody),
    }
}

impl SignInSettings {
    /// The address to be registered at the provider.
    #[must_use]
    pub fn redirect(&self, audience: Audience) -> String {
        self.own(back_path(audience))
    }

    /// The address after a goodbye, to be registered at the provider too.
    #[must_use]
    pub fn left(&self, audience: Audience) -> String {
        self.own(left_path(audience))
    }

    fn own(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.trim().trim_end_matches('/'))
    }

    /// Without blanks around anything.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        for text in [
            &mut self.name,
            &mut self.issuer,
            &mut self.client_id,
            &mut self.client_secret,
            &mut self.scopes,
            &mut self.base_url,
            &mut self.claim,
            &mut self.name_claim,
            &mut self.phone_claim,
            &mut self.id_claim,
        ] {
            *text = text.trim().to_owned();
        }
        self
    }

    /// Everything wrong with it. What is switched off may be unfinished.
    #[must_use]
    pub fn faults(&self, audience: Audience) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut need = |bad: bool, field: &str, message: &str, remedy: &str| {
            if bad {
                wrong.push(FieldError::new(field, message.to_owned()).with_remedy(remedy.to_owned()));
            }
        };
        if !self.enabled {
            return wrong;
        }
        let name = self.name.chars().count();
        need(!(2..=20).contains(&name), "name", "请填写按钮上的名称", "2至20字，例如 市政务统一身份认证");
        need(
            host(&self.issuer).is_none(),
            "issuer",
            "请填写认证平台地址",
            "以 https:// 开头，与发现文档中的 issuer 完全一致",
        );
        need(self.client_id.is_empty(), "client_id", "请填写客户端标识", "在认证平台登记本平台时取得");
        need(self.client_secret.is_empty(), "client_secret", "请填写客户端密钥", "在认证平台登记本平台时取得");
        let open = self.scopes.split_whitespace().any(|s| s == "openid");
        need(!open, "scopes", "范围中必须有 openid", "一般为 openid profile phone");
        let base = host(&self.base_url).is_none_or(|h| self.base_url.trim_end_matches('/').len() > h.end);
        need(base, "base_url", "请填写本平台在浏览器中的地址", "只到域名和端口，例如 https://12345.example.cn");
        let claim = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
        let remedy = "例如 preferred_username；多级写成 a.b";
        match audience {
            Audience::Staff => need(!claim(&self.claim), "claim", "请填写对应账号的字段", remedy),
            Audience::Citizen => {
                need(!claim(&self.name_claim), "name_claim", "请填写姓名字段", "一般为 name");
                need(!claim(&self.phone_claim), "phone_claim", "请填写手机号码字段", "一般为 phone_number");
                let id = !self.id_claim.is_empty() && !claim(&self.id_claim);
                need(id, "id_claim", "证件号码字段不正确", "没有可不填");
            }
        }
        wrong
    }

    /// The secret that is to stay would go to another house: who may change the address could read it there.
    #[must_use]
    pub fn moved(&self, old: &Self) -> bool {
        let house = |s: &Self| host(&s.issuer).map(|h| s.issuer[..h.end].to_lowercase());
        house(self) != house(old)
    }
}

/// Bytes of an address up to the end of host and port.
struct House {
    end: usize,
}

fn host(url: &str) -> Option<House> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let bad = |c: char| c.is_whitespace() || matches!(c, '@' | '?' | '#' | '\\');
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || url.contains(bad) {
        return None;
    }
    Some(House { end: url.len() - rest.len() + host.len() })
}

/// A password of the platform's still opens the door for somebody with these roles.
#[must_use]
pub fn password_admits(settings: Option<&SignInSettings>, roles: impl IntoIterator<Item = Role>) -> bool {
    let closed = settings.is_some_and(|s| s.enabled && s.password_for == PasswordFor::Admins);
    !closed || roles.into_iter().any(|r| matches!(r, Role::Sysadmin | Role::Secadmin | Role::Auditadmin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> SignInSettings {
        SignInSettings {
            enabled: true,
            issuer: "https://id.example.cn/realms/city".to_owned(),
            client_id: "hotline".to_owned(),
            client_secret: "s".to_owned(),
            base_url: "https://12345.example.cn".to_owned(),
            ..SignInSettings::default()
        }
    }

    fn fields(s: &SignInSettings, audience: Audience) -> Vec<String> {
        s.faults(audience).into_iter().map(|f| f.field).collect()
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        assert!(fields(&good(), Audience::Staff).is_empty());
        assert!(fields(&good(), Audience::Citizen).is_empty());
        let bad = SignInSettings {
            name: String::new(),
            issuer: "id.example.cn".to_owned(),
            client_id: String::new(),
            client_secret: String::new(),
            scopes: "profile".to_owned(),
            base_url: "https://12345.example.cn/desk".to_owned(),
            claim: String::new(),
            name_claim: "姓名".to_owned(),
            phone_claim: String::new(),
            id_claim: "a b".to_owned(),
            ..good()
        };
        let same = ["name", "issuer", "client_id", "client_secret", "scopes", "base_url"];
        assert_eq!(fields(&bad, Audience::Staff), [&same[..], &["claim"]].concat());
        assert_eq!(fields(&bad, Audience::Citizen), [&same[..], &["name_claim", "phone_claim", "id_claim"]].concat());
        assert!(fields(&SignInSettings { enabled: false, ..bad }, Audience::Staff).is_empty(), "off may be unfinished");
        for issuer in ["https://a@b/", "https://", "https://b/?x", "ftp://b"] {
            let s = SignInSettings { issuer: issuer.to_owned(), ..good() };
            assert_eq!(fields(&s, Audience::Staff), ["issuer"], "{issuer}");
        }
    }

    #[test]
    fn a_secret_stays_in_its_house() {
        let at = |issuer: &str| SignInSettings { issuer: issuer.to_owned(), ..good() };
        assert!(!at("https://id.example.cn/other").moved(&good()));
        assert!(at("http://id.example.cn/realms/city").moved(&good()));
        assert!(at("https://id.example.cn.evil/realms/city").moved(&good()));
    }

    #[test]
    fn administrators_keep_their_passwords() {
        let only = SignInSettings { password_for: PasswordFor::Admins, ..good() };
        assert!(password_admits(Some(&only), [Role::Agent, Role::Sysadmin]));
        assert!(!password_admits(Some(&only), [Role::Agent, Role::Dispatcher]));
        assert!(password_admits(Some(&SignInSettings { enabled: false, ..only }), [Role::Agent]));
        assert!(password_admits(Some(&good()), [Role::Agent]));
        assert!(password_admits(None, [Role::Agent]));
    }

    #[test]
    fn people_come_back_to_our_own_address() {
        let s = SignInSettings { base_url: "https://12345.example.cn/".to_owned(), ..good() };
        assert_eq!(s.redirect(Audience::Staff), "https://12345.example.cn/api/sign-in/back");
        assert_eq!(s.redirect(Audience::Citizen), "https://12345.example.cn/sign-in/back");
        assert_eq!(s.left(Audience::Staff), "https://12345.example.cn/login/left");
        assert_eq!(s.left(Audience::Citizen), "https://12345.example.cn/sign-in/left");
    }

    #[test]
    fn a_login_that_changed_hands_opens_nothing() {
        assert_eq!(opens(None, Some((7, false))), Ok(7), "the first time the claim says who");
        assert_eq!(opens(Some(7), None), Ok(7), "later the claim says nothing");
        assert_eq!(opens(Some(7), Some((8, false))), Ok(7), "even where it names another account");
        assert_eq!(opens(None, Some((7, true))), Err(Shut::Taken), "the next holder of the login stays outside");
        assert_eq!(opens::<i32>(None, None), Err(Shut::Nobody));
    }
}
