//! The media thread with real sockets on loopback: telephones that speak tones, and what each of them hears.

mod hearing;
mod lines;
mod playing;
mod recording;
mod rig;
