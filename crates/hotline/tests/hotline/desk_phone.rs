//! An agent at a SIP telephone, through the whole program: the embedded switch and two telephones on the wire.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use media::Codec;
use serde_json::Value;
use voice::protocol::{SeatCommand, SeatState};

use crate::exe;
use crate::page::{Page, assign};
use crate::phone::{free, until_here};
use crate::server::Server;
use crate::telephone::{PATIENCE, THERE, Telephone, strength};

const CITIZEN_HZ: f64 = 440.0;
const AGENT_HZ: f64 = 1_000.0;
const CITIZEN: &str = "13800001234";

/// Prompts that are over at once: what is said is not what is looked at here.
fn brief(home: &Path) {
    std::fs::create_dir_all(home.join("prompts")).unwrap();
    for name in ["greeting", "recording.notice", "queue.wait", "rating.ask", "rating.thanks"] {
        std::fs::write(home.join("prompts").join(format!("{name}.al")), [Codec::Pcma.silence(); 800]).unwrap();
    }
}

pub fn serve(home: &Path, more: &[&str]) -> Server {
    let data =
        ["--data", home.to_str().unwrap(), "--portal-listen", "off", "--demo", "--demo-orders", "0", "--drain-s", "1"];
    Server::start(exe(), &[&data[..], more].concat()).unwrap()
}

/// The only call, when it is over and its recording closed.
pub async fn record(page: &Page) -> Value {
    let begun = Instant::now();
    loop {
        let list = page.get("/calls?direction=in").await;
        if let Some(id) = list["items"][0]["id"].as_str() {
            let call = page.get(&format!("/calls/{id}")).await;
            if call["ended_at"].is_i64() && call["recordings"][0]["status"] != "open" {
                return call;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "the call is not closed: {list}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "wav") {
                found.push(path);
            }
        }
    }
    found
}

/// Both sides of a stereo A-law recording: the loudest half second of a tone on each.
fn loudest(wav: &[u8], hz: f64) -> (f64, f64) {
    let data = &wav[wav.windows(4).position(|w| w == b"data").unwrap() + 8..];
    let side = |at: usize| -> Vec<i16> { data.chunks_exact(2).map(|pair| Codec::Pcma.decode(pair[at])).collect() };
    let most = |samples: Vec<i16>| samples.chunks_exact(4_000).map(|s| strength(s, hz)).fold(0.0, f64::max);
    (most(side(0)), most(side(1)))
}

#[test]
fn a_call_rings_at_the_desk_phone_and_both_are_heard_and_recorded() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let (sip, web, carrier, desk) = (free(), free(), free(), free());
        let port = |address: &str| address.rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
        let config = format!(
            "[[switch.trunks]]\nname = \"carrier\"\nhost = \"127.0.0.1\"\nport = {}\nallow = [\"127.0.0.1\"]\nprobe_s = 0\n\
             [[switch.phones]]\nextension = \"8001\"\npassword = \"desk-8001\"\n",
            port(&carrier)
        );
        std::fs::write(home.path().join("hotline.toml"), config).unwrap();
        brief(home.path());
        let server = serve(home.path(), &["--sip", &sip, "--web-media", &web, "--rtp-ports", "31000-31099"]);
        until_here(&server).await;
        let mut page = Page::open(&server, "agent01").await;
        page.sees("the browser's seat", |seat| seat.phone.is_none()).await;
        assign(&server, &page.user, "8001").await;
        page.sees("the desk phone that is not there yet", |seat| seat.phone.is_some() && !seat.media).await;
        let mut phone = Telephone::start(port(&desk), port(&sip), Some(("8001", "desk-8001")), AGENT_HZ).await;
        page.sees("the registration", |seat| seat.phone.as_deref() == Some("8001") && seat.media).await;
        page.ask(SeatCommand::SignIn { skills: None }).await;
        page.sees("ready without a browser's voice", |seat| seat.state == SeatState::Ready).await;

        let mut citizen = Telephone::start(port(&carrier), port(&sip), None, CITIZEN_HZ).await;
        let at_citizen = citizen.call("12345", CITIZEN).await;
        let at_desk = phone.rings().await;
        let seat = page.sees("the ring", |seat| seat.state == SeatState::Ringing).await;
        assert!(!seat.allowed.contains(&"answer".to_owned()), "it is lifted, not pressed");
        phone.lift(at_desk).await;
        page.sees("the conversation", |seat| seat.state == SeatState::Talking).await;
        phone.hears(CITIZEN_HZ).await;
        citizen.hears(AGENT_HZ).await;
        // A second of both is on the recording.
        tokio::time::sleep(Duration::from_secs(1)).await;
        phone.hang_up(at_desk).await;
        page.sees("the wrap-up", |seat| seat.state == SeatState::WrapUp).await;
        citizen.hang_up(at_citizen).await;

        let call = record(&page).await;
        assert_eq!(
            (&call["outcome"], &call["recordings"][0]["status"]),
            (&"answered".into(), &"closed".into()),
            "{call}"
        );
        let kinds: Vec<&str> =
            call["legs"].as_array().unwrap().iter().map(|leg| leg["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"citizen") && kinds.contains(&"agent"), "{kinds:?}");
        let files = recordings(&home.path().join("recordings"));
        assert_eq!(files.len(), 1);
        let wav = std::fs::read(&files[0]).unwrap();
        let (citizen, agent) = (loudest(&wav, CITIZEN_HZ), loudest(&wav, AGENT_HZ));
        assert!(citizen.0 > THERE && citizen.1 < THERE / 10.0, "the citizen is on the left alone: {citizen:?}");
        assert!(agent.1 > THERE && agent.0 < THERE / 10.0, "the agent is on the right alone: {agent:?}");
    });
}
