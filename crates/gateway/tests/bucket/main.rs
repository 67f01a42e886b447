//! Files in a real object store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops with the reason")]

mod peer;

use std::collections::BTreeSet;
use std::io::ErrorKind;

use gateway::bucket::{BucketSettings, FileBucket};
use kernel::Secret;
use peer::{KEY, Peer, SECRET};

fn bucket(url: String, secret: &str) -> FileBucket {
    let (key, secret) = (KEY.to_owned(), Secret::new(secret.to_owned()));
    FileBucket::new(&BucketSettings { url, region: "us-east-1".to_owned(), key, secret }).unwrap()
}

#[tokio::test]
async fn files_are_kept_listed_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path()).await;
    let bucket = bucket(peer.url(), SECRET);
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    bucket.put("ab01", bytes.clone()).await.unwrap();
    bucket.put("ab02", b"two".to_vec()).await.unwrap();
    bucket.put("ab02", b"three".to_vec()).await.unwrap();
    assert_eq!(bucket.get("ab01").await.unwrap(), bytes);
    assert_eq!(bucket.get("ab02").await.unwrap(), b"three");
    assert_eq!(bucket.get("ab03").await.unwrap_err().kind(), ErrorKind::NotFound);
    let names = |list: Vec<(String, _)>| list.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(bucket.list("").await.unwrap()), ["ab01", "ab02"]);
    assert_eq!(names(bucket.list("ab02").await.unwrap()), ["ab02"]);
    let year = bucket.list("ab02").await.unwrap()[0].1.date().year();
    assert!((2026..2100).contains(&year), "{year}");
    bucket.remove("ab01").await.unwrap();
    bucket.remove("ab01").await.unwrap();
    assert_eq!(names(bucket.list("").await.unwrap()), ["ab02"]);
}

#[tokio::test]
async fn a_list_of_many_pages_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path()).await;
    let files = folder.path().join(peer::BUCKET).join("files");
    std::fs::create_dir_all(&files).unwrap();
    let all: BTreeSet<String> = (0..2_300).map(|n| format!("{n:05}")).collect();
    for name in &all {
        std::fs::write(files.join(name), b"x").unwrap();
    }
    let found = bucket(peer.url(), SECRET).list("").await.unwrap();
    assert_eq!(found.len(), all.len());
    assert_eq!(found.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>(), all);
}

#[tokio::test]
async fn what_is_wrong_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path()).await;
    let stranger = bucket(peer.url(), "guess").put("a", Vec::new()).await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::PermissionDenied);
    assert!(stranger.to_string().contains("签名不被接受"), "{stranger}");
    let elsewhere = bucket(format!("http://{}/nowhere", peer.at), SECRET).list("").await.unwrap_err();
    assert!(elsewhere.to_string().contains("存储桶不存在"), "{elsewhere}");
}

#[tokio::test]
async fn a_store_that_is_down_is_told_and_used_again_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(folder.path()).await;
    let bucket = bucket(peer.url(), SECRET);
    bucket.put("a", b"one".to_vec()).await.unwrap();
    let down = peer.stop().await;
    let error = bucket.get("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    assert!(!error.to_string().contains("Signature"), "{error}");
    let _peer = down.start().await;
    assert_eq!(bucket.get("a").await.unwrap(), b"one");
}
