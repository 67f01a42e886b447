//! An object store: it checks signatures and keeps its objects in a folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const KEY: &str = "hotline";
pub const SECRET: &str = "not-so-secret";
pub const BUCKET: &str = "hotline";

/// A store that runs until it is dropped.
pub struct Peer {
    pub at: SocketAddr,
    root: PathBuf,
    task: JoinHandle<()>,
}

impl Peer {
    pub async fn start(root: &Path) -> Self {
        std::fs::create_dir_all(root.join(BUCKET)).unwrap();
        Self::listen(root, "127.0.0.1:0".parse().unwrap()).await
    }

    async fn listen(root: &Path, at: SocketAddr) -> Self {
        let mut service = S3ServiceBuilder::new(FileSystem::new(root).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let (service, listener) = (service.build(), TcpListener::bind(at).await.unwrap());
        let at = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                open.spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    drop(http.serve_connection(TokioIo::new(socket), service).await);
                });
            }
        });
        Self { at, root: root.to_owned(), task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/{BUCKET}", self.at)
    }

    /// Gone, with all its connections.
    pub async fn stop(mut self) -> Stopped {
        self.task.abort();
        drop((&mut self.task).await);
        Stopped { at: self.at, root: self.root.clone() }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A store that is down.
pub struct Stopped {
    at: SocketAddr,
    root: PathBuf,
}

impl Stopped {
    /// Back again where it was.
    pub async fn start(self) -> Peer {
        Peer::listen(&self.root, self.at).await
    }
}
