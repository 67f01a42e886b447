//! 查毒: files shown to a ClamAV daemon before they are kept (INSTREAM of its protocol).

use std::io;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};

/// How long a scan may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of one piece.
const PIECE: usize = 128 << 10;
/// Longest answer of the daemon.
const ANSWER: u64 = 4096;

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Clean,
    /// With the name of the malware.
    Infected(String),
}

/// Looks for malware.
pub trait Scanner: Send + Sync {
    /// The verdict, or why there is none.
    fn scan<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<Verdict>>;
}

/// A ClamAV daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    Tcp(String),
    Unix(String),
}

impl Clamd {
    /// From `attachment.clamd`: `host:port`, `unix:/path`; `None` when it is empty.
    pub fn of(address: &str) -> Option<Self> {
        let address = address.trim();
        if address.is_empty() {
            return None;
        }
        let path = address.strip_prefix("unix:").or_else(|| address.starts_with('/').then_some(address));
        Some(match path {
            Some(path) => Self::Unix(path.to_owned()),
            None => Self::Tcp(address.strip_prefix("tcp://").unwrap_or(address).to_owned()),
        })
    }

    async fn ask(&self, bytes: &[u8]) -> io::Result<Verdict> {
        match self {
            Self::Tcp(at) => instream(TcpStream::connect(at).await?, bytes).await,
            Self::Unix(at) => instream(UnixStream::connect(at).await?, bytes).await,
        }
    }
}

impl Scanner for Clamd {
    fn scan<'a>(&'a self, bytes: &'a [u8]) -> BoxFuture<'a, io::Result<Verdict>> {
        Box::pin(async move { tokio::time::timeout(PATIENCE, self.ask(bytes)).await? })
    }
}

/// `zINSTREAM`, pieces with their length before them, a length of zero; then one answer.
async fn instream(mut line: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> io::Result<Verdict> {
    let sent = send(&mut line, bytes).await;
    // A daemon that has had enough says why and hangs up: its word counts more than the broken pipe.
    let mut answer = Vec::new();
    let heard = line.take(ANSWER).read_to_end(&mut answer).await;
    if answer.is_empty() {
        sent?;
        heard?;
    }
    verdict(&String::from_utf8_lossy(&answer))
}

async fn send(line: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    line.write_all(b"zINSTREAM\0").await?;
    for piece in bytes.chunks(PIECE) {
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        line.write_all(&length.to_be_bytes()).await?;
        line.write_all(piece).await?;
    }
    line.write_all(&[0; 4]).await?;
    line.flush().await
}

fn verdict(answer: &str) -> io::Result<Verdict> {
    let answer = answer.trim_matches(['\0', '\n', ' ']);
    let word = answer.strip_prefix("stream:").map_or(answer, str::trim);
    match word.strip_suffix("FOUND") {
        Some(name) => Ok(Verdict::Infected(name.trim().to_owned())),
        None if word == "OK" => Ok(Verdict::Clean),
        None => Err(io::Error::other(format!("clamd: {answer}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A peer that speaks the daemon's side of the protocol byte for byte and holds files against one signature.
    async fn daemon(mut line: impl AsyncRead + AsyncWrite + Unpin, most: usize) {
        let mut command = [0; 10];
        line.read_exact(&mut command).await.unwrap();
        assert_eq!(&command, b"zINSTREAM\0");
        let mut file = Vec::new();
        loop {
            let length = usize::try_from(line.read_u32().await.unwrap()).unwrap();
            if length == 0 {
                break;
            }
            let mut piece = vec![0; length];
            line.read_exact(&mut piece).await.unwrap();
            file.extend(piece);
            if file.len() > most {
                line.write_all(b"INSTREAM size limit exceeded. ERROR\0").await.unwrap();
                return;
            }
        }
        let found = file.windows(6).any(|w| w == b"EVIL-1");
        let answer: &[u8] = if found { b"stream: Test.Evil-1 FOUND\0" } else { b"stream: OK\0" };
        line.write_all(answer).await.unwrap();
    }

    async fn tcp(most: usize) -> Clamd {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            loop {
                let (line, _) = listener.accept().await.unwrap();
                tokio::spawn(daemon(line, most));
            }
        });
        Clamd::Tcp(at)
    }

    #[tokio::test]
    async fn files_are_shown_whole_and_the_answer_is_understood() {
        let clamd = tcp(10 << 20).await;
        let mut long = vec![b'a'; 700_000];
        assert_eq!(clamd.scan(&long).await.unwrap(), Verdict::Clean);
        // Across the border of two pieces.
        long.splice(PIECE - 3..PIECE + 3, *b"EVIL-1");
        assert_eq!(clamd.scan(&long).await.unwrap(), Verdict::Infected("Test.Evil-1".to_owned()));
        assert_eq!(clamd.scan(b"").await.unwrap(), Verdict::Clean);
    }

    #[tokio::test]
    async fn a_daemon_that_refuses_or_is_away_gives_no_verdict() {
        let clamd = tcp(1000).await;
        let why = clamd.scan(&vec![0; 500_000]).await.unwrap_err().to_string();
        assert!(why.contains("size limit") || why.contains("reset") || why.contains("pipe"), "{why}");
        assert!(Clamd::Tcp("127.0.0.1:1".to_owned()).scan(b"x").await.is_err());
    }

    #[tokio::test]
    async fn a_socket_of_the_same_machine_will_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd.ctl");
        let listener = tokio::net::UnixListener::bind(&path).unwrap();
        tokio::spawn(async move { daemon(listener.accept().await.unwrap().0, 1 << 20).await });
        let clamd = Clamd::of(&format!("unix:{}", path.display())).unwrap();
        assert_eq!(clamd.scan(b"EVIL-1").await.unwrap(), Verdict::Infected("Test.Evil-1".to_owned()));
    }

    #[test]
    fn addresses_are_read() {
        assert_eq!(Clamd::of("  "), None);
        assert_eq!(Clamd::of("tcp://av:3310"), Some(Clamd::Tcp("av:3310".to_owned())));
        assert_eq!(Clamd::of("/run/clamd"), Some(Clamd::Unix("/run/clamd".to_owned())));
    }
}
