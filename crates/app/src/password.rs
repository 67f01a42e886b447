//! 口令: hashing (Argon2id, RFC 9106), the policy of GB/T 22239-2019 8.1.4.1 a, and one-time passwords.

use std::sync::LazyLock;

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use domain::param::Params as Rules;
use kernel::{FieldError, Mint, Secret};

use crate::{Error, Result};

/// Passwords that are tried first by everyone; lower case. Short or simple ones fail the other rules anyway.
const COMMON: &str = include_str!("../seed/common_passwords.txt");

/// 19 MiB and three passes: about 40 ms on one core of a present server.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 3;

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the cost parameters are in range");
    Argon2::from(params)
}

/// A PHC string. Takes tens of milliseconds of CPU: call it on the blocking pool.
fn hash_now(mint: &dyn Mint, password: &Secret<String>) -> Result<String> {
    let mut salt = [0; 16];
    mint.bytes(&mut salt);
    let hash = argon().hash_password_with_salt(password.expose().as_bytes(), &salt);
    hash.map(|h| h.to_string()).map_err(|e| Error::broken(format_args!("argon2: {e}")))
}

/// Hashes on the blocking pool.
pub async fn hash(mint: std::sync::Arc<dyn Mint>, password: Secret<String>) -> Result<String> {
    blocking(move || hash_now(&*mint, &password)).await?
}

/// Compares on the blocking pool. Without a stored hash it works as long and answers `false`, so that nobody learns from
/// the time taken whether a user exists.
pub async fn verify(password: Secret<String>, stored: Option<String>) -> Result<bool> {
    blocking(move || {
        let known = stored.is_some();
        let hash = stored.unwrap_or_else(|| DECOY.clone());
        let fits = argon().verify_password(password.expose().as_bytes(), hash.as_str()).is_ok();
        fits && known
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::broken(format_args!("password thread: {e}")))
}

/// A hash nobody knows the password of, made once with the present cost.
static DECOY: LazyLock<String> = LazyLock::new(|| {
    let secret = Secret::new(one_time(&kernel::SystemMint));
    hash_now(&kernel::SystemMint, &secret).expect("the decoy can be hashed")
});

/// Refuses a new password that breaks a rule of the policy; history is checked by the caller, who has the hashes.
pub fn check(password: &str, login: &str, rules: &Rules) -> Result<(), FieldError> {
    let no = |message: String| Err(FieldError::new("next", message).with_remedy("请更换新口令后重新提交"));
    let least = usize::try_from(rules.int("security.password.min_length")).unwrap_or(10);
    let needed = rules.int("security.password.classes");
    if password.chars().count() < least {
        return no(format!("新口令至少{least}位"));
    }
    if password.chars().count() > 128 {
        return no("新口令最多128位".to_owned());
    }
    if classes(password) < needed {
        return no(format!("新口令须包含大写字母、小写字母、数字、符号中的至少{needed}类"));
    }
    let lower = password.to_lowercase();
    if login.len() >= 3 && lower.contains(&login.to_lowercase()) {
        return no("新口令不得包含登录名".to_owned());
    }
    if COMMON.lines().any(|common| common == lower) {
        return no("新口令过于常见，容易被猜中".to_owned());
    }
    Ok(())
}

fn classes(password: &str) -> i64 {
    let kinds: [fn(char) -> bool; 4] =
        [|c| c.is_uppercase(), |c| c.is_lowercase(), |c| c.is_ascii_digit(), |c| !c.is_alphanumeric()];
    kinds.iter().filter(|kind| password.chars().any(**kind)).map(|_| 1).sum()
}

/// A random password of sixteen characters that are hard to confuse, with every class in it: more than 90 bits.
pub fn one_time(mint: &dyn Mint) -> String {
    const SETS: [&[u8]; 4] = [b"ABCDEFGHJKMNPQRSTUVWXYZ", b"abcdefghijkmnpqrstuvwxyz", b"23456789", b"@#%+=_-"];
    loop {
        let mut bytes = [0; 16];
        mint.bytes(&mut bytes);
        let all: Vec<u8> = SETS.concat();
        let text: String = bytes.iter().map(|b| char::from(all[usize::from(*b) % all.len()])).collect();
        // Letters at both ends survive being copied out of a sentence.
        let ends = [text.chars().next(), text.chars().next_back()];
        if classes(&text) == 4 && ends.iter().flatten().all(char::is_ascii_alphanumeric) {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeqMint;

    fn refused(password: &str) -> String {
        check(password, "zhangsan", &Rules::default()).unwrap_err().message
    }

    #[test]
    fn policy_names_the_rule_that_was_broken() {
        assert!(refused("Ab1!").contains("至少10位"));
        assert!(refused("abcdefghijk1").contains("至少3类"));
        assert!(refused("ZhangSan@2026").contains("登录名"));
        assert!(refused("P@ssw0rd123").contains("常见"));
        assert!(check("Qinghe-lu-88", "zhangsan", &Rules::default()).is_ok());
        assert!(check("清河路八十八号Ab1", "zhangsan", &Rules::default()).is_ok());
    }

    #[test]
    fn one_time_passwords_pass_the_policy_and_differ() {
        let mint = SeqMint::new();
        let (a, b) = (one_time(&mint), one_time(&mint));
        assert_ne!(a, b);
        assert!(check(&a, "admin", &Rules::default()).is_ok());
    }

    #[tokio::test]
    async fn hash_verifies_only_its_password() {
        let mint = std::sync::Arc::new(SeqMint::new());
        let stored = hash(mint, Secret::new("Qinghe-lu-88".to_owned())).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify(Secret::new("Qinghe-lu-88".to_owned()), Some(stored.clone())).await.unwrap());
        assert!(!verify(Secret::new("Qinghe-lu-89".to_owned()), Some(stored)).await.unwrap());
        assert!(!verify(Secret::new("Qinghe-lu-88".to_owned()), None).await.unwrap());
    }
}
