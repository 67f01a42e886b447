//! In place of browser media in builds without the feature `webrtc`: types of which there can be no value.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use mio::net::UdpSocket;

use crate::api::WebConfig;
use crate::browser::Happening;
use crate::g711::Codec;
use crate::sender::Stamp;

pub struct Hub(Infallible);
pub struct WebLine(Infallible);

impl Hub {
    pub fn start(_: &WebConfig) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "本程序未编入浏览器媒体（webrtc）"))
    }

    pub fn socket(&mut self) -> &mut UdpSocket {
        match self.0 {}
    }

    pub fn accept(&mut self, _: &str, _: Instant) -> Result<(WebLine, String), String> {
        match self.0 {}
    }

    pub fn enter(&mut self, _: usize, _: &mut WebLine) {
        match self.0 {}
    }

    pub fn leave(&mut self, _: usize, _: &mut WebLine) {
        match self.0 {}
    }

    pub fn leg_of(&self, _: &[u8], _: SocketAddr) -> Option<usize> {
        match self.0 {}
    }

    pub fn learn(&mut self, _: usize, _: SocketAddr, _: &mut WebLine) {
        match self.0 {}
    }
}

impl WebLine {
    pub fn codec(&self) -> Codec {
        match self.0 {}
    }

    pub fn knows_events(&self) -> bool {
        match self.0 {}
    }

    pub fn is_up(&self) -> bool {
        match self.0 {}
    }

    pub fn write(&mut self, _: Stamp, _: bool, _: &[u8], _: Instant) -> bool {
        match self.0 {}
    }

    pub fn renegotiate(&mut self, _: &str) -> Option<Result<String, String>> {
        match self.0 {}
    }

    pub fn receive(&mut self, _: &[u8], _: SocketAddr, _: Instant) -> bool {
        match self.0 {}
    }

    pub fn due(&self, _: Instant) -> bool {
        match self.0 {}
    }

    pub fn drive(&mut self, _: &UdpSocket, _: Instant) -> Option<Happening> {
        match self.0 {}
    }
}
