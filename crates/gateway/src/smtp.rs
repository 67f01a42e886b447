//! 邮件: SMTP to the office's mail server, which keeps and delivers what it took (RFC 5321).

use std::io;
use std::time::Duration;

use domain::message::{MailSecurity, MailSettings};
use futures::future::BoxFuture;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Code;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use tokio::task::JoinHandle;

use crate::{File, Gateway, LineState, Outcome, Outgoing, Shown};

/// A server that does not answer within this time is not there.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections at a time; a mail server gives one sender few.
const WINDOW: u32 = 4;
/// Between two checks of the line.
const CHECK: Duration = Duration::from_secs(60);

type Transport = AsyncSmtpTransport<Tokio1Executor>;
/// A mail server.
pub struct Smtp {
    transport: Transport,
    from: Mailbox,
    /// Where answers are read, when that is another address.
    answers_to: Option<Address>,
    state: Shown,
    check: JoinHandle<()>,
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.check.abort();
    }
}

impl Smtp {
    /// Begins to look whether the server is there, within a runtime.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn start(settings: &MailSettings) -> Result<Self, String> {
        let address: Address = settings.from.trim().parse().map_err(|_| "发件地址不正确")?;
        let name = Some(settings.from_name.trim().to_owned()).filter(|n| !n.is_empty());
        let hello = ClientId::Domain(address.domain().to_owned());
        let from = Mailbox::new(name, address);
        let host = settings.host.trim();
        let pool = PoolConfig::new().max_size(WINDOW).idle_timeout(Duration::from_secs(30));
        let mut builder = Transport::builder_dangerous(host)
            .port(settings.port)
            .tls(tls(settings, host)?)
            .hello_name(hello)
            .timeout(Some(PATIENCE))
            .pool_config(pool);
        if !settings.user.trim().is_empty() {
            builder = builder.credentials(Credentials::new(settings.user.trim().to_owned(), settings.password.clone()));
        }
        let transport: Transport = builder.build();
        let state = Shown::unknown();
        let check = tokio::spawn(keep_checking(transport.clone(), state.clone()));
        Ok(Self { transport, answers_to: answers_to(settings, &from.email), from, state, check })
    }

    async fn post(&self, message: &Outgoing) -> Outcome {
        let letter = match self.letter(message) {
            Ok(letter) => letter,
            Err(why) => return Outcome::Refused(why),
        };
        let outcome = match self.transport.send(letter).await {
            Ok(_) => Outcome::Taken(vec![message.id.clone()]),
            Err(e) => judged(&e),
        };
        self.state.set(LineState::after(&outcome));
        outcome
    }

    fn letter(&self, message: &Outgoing) -> Result<Message, String> {
        let to: Address = message.to.parse().map_err(|_| "收件地址不正确")?;
        // The same however often it is tried, so that a reader's program sees one mail.
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        // No holiday answer wants to be sent to us (RFC 3834 §5).
        let auto = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let subject = message.subject.as_deref().unwrap_or_default();
        let mut letter = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject.replace(char::is_control, " "))
            .message_id(Some(id))
            .raw_header(auto);
        if let Some(address) = &self.answers_to {
            letter = letter.reply_to(Mailbox::new(self.from.name.clone(), address.clone()));
        }
        let thread: Vec<String> = message.thread.iter().filter(|id| may_name(id)).map(|id| format!("<{id}>")).collect();
        if let Some(latest) = thread.last() {
            letter = letter.in_reply_to(latest.clone()).references(thread.join(" "));
        }
        let made = if message.files.is_empty() {
            letter.header(ContentType::TEXT_PLAIN).body(message.text.clone())
        } else {
            let words = MultiPart::mixed().singlepart(SinglePart::plain(message.text.clone()));
            letter.multipart(message.files.iter().map(enclosed).fold(words, MultiPart::singlepart))
        };
        made.map_err(|_| "邮件内容无法发送".to_owned())
    }
}

fn enclosed(file: &File) -> SinglePart {
    let plain = "application/octet-stream";
    let kind = ContentType::parse(&file.mime).or_else(|_| ContentType::parse(plain)).unwrap_or(ContentType::TEXT_PLAIN);
    Attachment::new(file.name.replace(char::is_control, " ")).body(file.bytes.clone(), kind)
}

/// The mailbox that is read, when its account is an address and not the sender's own.
fn answers_to(settings: &MailSettings, from: &Address) -> Option<Address> {
    let read: Address = settings.fetch.user.trim().parse().ok().filter(|_| settings.fetch.on)?;
    (read != *from).then_some(read)
}

/// A Message-ID of somebody else's that may stand in a header of ours (RFC 5322: no blanks, no brackets, ASCII).
fn may_name(id: &str) -> bool {
    (3..=250).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

impl Gateway for Smtp {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Outcome> {
        Box::pin(self.post(message))
    }

    fn state(&self) -> LineState {
        self.state.get()
    }

    fn window(&self) -> usize {
        usize::try_from(WINDOW).unwrap_or(1)
    }
}

/// Looks whether the server is there and takes our account, now and then.
async fn keep_checking(transport: Transport, shown: Shown) {
    loop {
        let state = match transport.test_connection().await {
            Ok(true) => LineState::Up,
            Ok(false) => LineState::Down("邮件服务器没有应答".to_owned()),
            Err(e) => match judged(&e) {
                Outcome::Unreached(why) | Outcome::Failed(why) | Outcome::Refused(why) | Outcome::Elsewhere(why) => {
                    LineState::Down(why)
                }
                Outcome::Taken(_) => LineState::Up,
            },
        };
        shown.set(state);
        tokio::time::sleep(CHECK).await;
    }
}

fn tls(settings: &MailSettings, host: &str) -> Result<Tls, String> {
    if settings.security == MailSecurity::Plain {
        return Ok(Tls::None);
    }
    let mut builder = TlsParameters::builder(host.to_owned());
    for pem in certificates(&settings.authority) {
        let certificate = Certificate::from_pem(pem.as_bytes()).map_err(|_| "信任的证书无法识别")?;
        builder = builder.add_root_certificate(certificate);
    }
    let parameters = builder.build_rustls().map_err(|_| "信任的证书无法使用")?;
    // STARTTLS is required: a server that offers none is not spoken to in clear.
    Ok(if settings.security == MailSecurity::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}

/// Each certificate of a text by itself.
fn certificates(text: &str) -> impl Iterator<Item = String> {
    const END: &str = "-----END CERTIFICATE-----";
    text.split_inclusive(END).map(str::trim).filter(|t| t.ends_with(END)).map(|t| format!("{t}\n"))
}

/// The line stood, its encryption did not: rustls tells that as data it cannot accept.
fn is_broken_handshake(e: &lettre::transport::smtp::Error) -> bool {
    let mut cause = std::error::Error::source(e);
    while let Some(inner) = cause {
        if inner.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// What an error says of the mail. The server's own words may name the reader and stay out of the record.
fn judged(e: &lettre::transport::smtp::Error) -> Outcome {
    if let Some(code) = e.status() {
        return by_code(code, e.is_transient());
    }
    tracing::warn!(error = ?e, "the mail server could not be spoken to");
    if e.is_tls() || is_broken_handshake(e) {
        return Outcome::Unreached("邮件服务器的证书不受信任，或加密连接失败".to_owned());
    }
    if e.is_client() {
        return Outcome::Unreached("邮件服务器不支持所选的加密或登录方式".to_owned());
    }
    if e.is_response() {
        return Outcome::Unreached("邮件服务器的应答无法识别".to_owned());
    }
    let why = if e.is_timeout() { "邮件服务器没有应答" } else { "无法连接邮件服务器" };
    Outcome::Unreached(why.to_owned())
}

fn by_code(code: Code, transient: bool) -> Outcome {
    let number = u16::from(code);
    let word = match number {
        421 => "邮件服务器繁忙",
        454 | 530 | 534 | 535 | 538 => "邮件服务器不接受账号或密码",
        450 | 451 => "对方邮箱暂时不收信",
        452 | 552 => "对方邮箱已满或邮件过大",
        550 | 551 => "收件地址不存在或拒收",
        553 => "地址不被接受",
        554 => "邮件被对方拒收",
        _ => "邮件服务器返回错误",
    };
    let why = format!("{word}（{number}）");
    match number {
        // Of the line, not of the mail.
        421 | 454 | 530 | 534 | 535 | 538 => Outcome::Unreached(why),
        _ if transient => Outcome::Failed(why),
        _ => Outcome::Refused(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_certificates_is_each_of_them() {
        let one = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----";
        assert_eq!(certificates(&format!("{one}\n{one}\n")).count(), 2);
        assert_eq!(certificates("").count(), 0);
    }
}
