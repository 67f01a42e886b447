//! The line to the mail server, in clear or encrypted.

use std::sync::Arc;
use std::time::Duration;

use async_imap::Client;
use domain::message::{FetchSettings, MailSecurity};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Fault, fault};

const PATIENCE: Duration = Duration::from_secs(20);

/// What a session runs over.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Line for T {}

/// A greeted client.
pub async fn connect(settings: &FetchSettings, authority: &str) -> Result<Client<Box<dyn Line>>, Fault> {
    match tokio::time::timeout(PATIENCE, greeted(settings, authority)).await {
        Ok(client) => client,
        Err(_) => Err("收信服务器没有应答".to_owned()),
    }
}

async fn greeted(settings: &FetchSettings, authority: &str) -> Result<Client<Box<dyn Line>>, Fault> {
    let host = settings.host.trim();
    let tcp = TcpStream::connect((host, settings.port)).await.map_err(|e| {
        tracing::warn!(error = %e, "the mailbox cannot be reached");
        "无法连接收信服务器".to_owned()
    })?;
    match settings.security {
        MailSecurity::Plain => greet(Box::new(tcp)).await,
        MailSecurity::Tls => greet(Box::new(encrypted(tcp, host, authority).await?)).await,
        MailSecurity::Starttls => {
            let mut client = Client::new(tcp);
            hello(client.read_response().await)?;
            let begun = client.run_command_and_check_ok("STARTTLS", None).await;
            begun.map_err(|_| "收信服务器不支持所选的加密".to_owned())?;
            Ok(Client::new(Box::new(encrypted(client.into_inner(), host, authority).await?)))
        }
    }
}

async fn greet(line: Box<dyn Line>) -> Result<Client<Box<dyn Line>>, Fault> {
    let mut client = Client::new(line);
    hello(client.read_response().await)?;
    Ok(client)
}

fn hello<T>(read: std::io::Result<Option<T>>) -> Result<(), Fault> {
    match read {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err("收信服务器没有应答".to_owned()),
        Err(e) => Err(fault("连接", &e.into())),
    }
}

async fn encrypted(
    tcp: TcpStream,
    host: &str,
    authority: &str,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Fault> {
    let mut trusted = rustls::RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    trusted.add_parsable_certificates(system.certs);
    for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        let certificate = certificate.map_err(|_| "信任的证书无法识别")?;
        trusted.add(certificate).map_err(|_| "信任的证书无法使用")?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| "加密无法使用")?.with_root_certificates(trusted).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "收信服务器地址不正确")?;
    TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map_err(|e| {
        tracing::warn!(error = %e, "the mailbox cannot be spoken to in secret");
        "收信服务器的证书不受信任，或加密连接失败".to_owned()
    })
}
