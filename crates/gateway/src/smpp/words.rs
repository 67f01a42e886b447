//! The units of SMPP: what is sent in them and what is read from them.

use domain::message::SmppSettings;
use rusmpp::CommandStatus;
use rusmpp::pdus::{BindTransceiver, DeliverSm, SubmitSm};
use rusmpp::tlvs::TlvValue;
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, Npi, RegisteredDelivery, Ton};

use crate::receipt::{self, Receipt};
use crate::udh::{self, Joint};

/// Bits of `esm_class`: type of a message, and a header before its text.
const KIND: u8 = 0x3C;
const RECEIPT: u8 = 0x04;
const HEADER: u8 = 0x40;

fn c<const MIN: usize, const MAX: usize>(text: &str, name: &str) -> Result<COctetString<MIN, MAX>, String> {
    let octets = [text.as_bytes(), &[0]].concat();
    COctetString::from_vec(octets).map_err(|_| format!("{name}无效"))
}

/// The bind.
pub fn bind(s: &SmppSettings) -> Result<BindTransceiver, String> {
    Ok(BindTransceiver::builder()
        .system_id(c(&s.system_id, "账号")?)
        .password(c(&s.password, "密码")?)
        .system_type(c(&s.system_type, "系统类型")?)
        .interface_version(InterfaceVersion::Smpp3_4)
        .build())
}

/// The parts of a message.
pub fn submit(s: &SmppSettings, phone: &str, text: &str, reference: u8) -> Result<Vec<SubmitSm>, String> {
    let (parts, header) = udh::cut(text, reference);
    let to = format!("{}{phone}", s.prefix);
    let ton = if s.prefix.is_empty() { Ton::Unknown } else { Ton::International };
    // Its default would set a bit of another network's.
    let class = EsmClass::from(if header { HEADER } else { 0_u8 });
    parts
        .into_iter()
        .map(|octets| {
            Ok(SubmitSm::builder()
                .source_addr_ton(Ton::Unknown)
                .source_addr_npi(Npi::Unknown)
                .source_addr(c(&s.source, "接入号")?)
                .dest_addr_ton(ton)
                .dest_addr_npi(Npi::Isdn)
                .destination_addr(c(&to, "手机号码")?)
                .esm_class(class)
                .registered_delivery(RegisteredDelivery::from(1_u8))
                .data_coding(DataCoding::Ucs2)
                .short_message(OctetString::from_vec(octets).map_err(|_| "短信内容过长")?)
                .build())
        })
        .collect()
}

/// What a carrier delivered.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivered {
    Receipt(Receipt),
    Text { phone: String, text: String, joint: Option<Joint> },
}

/// Reads a delivery; `None` of a receipt that names no message.
pub fn read(d: &DeliverSm) -> Option<Delivered> {
    let class = u8::from(d.esm_class);
    let value = |pick: fn(&TlvValue) -> Option<Vec<u8>>| d.tlvs().iter().filter_map(|t| t.value()).find_map(pick);
    let payload = value(|v| match v {
        TlvValue::MessagePayload(p) => Some(p.value.as_ref().to_vec()),
        _ => None,
    });
    let octets = payload.unwrap_or_else(|| d.short_message().as_ref().to_vec());
    if class & KIND == RECEIPT {
        let id = value(|v| match v {
            TlvValue::ReceiptedMessageId(id) => Some(id.as_str().as_bytes().to_vec()),
            _ => None,
        });
        let state = value(|v| match v {
            TlvValue::MessageState(state) => Some(vec![u8::from(*state)]),
            _ => None,
        });
        return receipt_of(id, state, &String::from_utf8_lossy(&octets)).map(Delivered::Receipt);
    }
    let (joint, body) = if class & HEADER == HEADER { udh::split(&octets) } else { (None, octets.as_slice()) };
    let text = udh::text_of(u8::from(d.data_coding), body);
    Some(Delivered::Text { phone: d.source_addr.as_str().to_owned(), text, joint })
}

/// The fields of the protocol before the words of the text.
fn receipt_of(id: Option<Vec<u8>>, state: Option<Vec<u8>>, text: &str) -> Option<Receipt> {
    let said = receipt::read(text);
    let id = id.map(|b| String::from_utf8_lossy(&b).into_owned()).or_else(|| said.as_ref().map(|r| r.id.clone()))?;
    let state = state.and_then(|b| b.first().copied()).map(receipt::state_of).map(str::to_owned);
    let state = state.or_else(|| said.as_ref().map(|r| r.state.clone()))?;
    Some(Receipt { id, state, error: said.and_then(|r| r.error) })
}

/// The carrier has no time just now.
pub fn is_busy(status: CommandStatus) -> bool {
    matches!(status, CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful)
}

/// The message itself is wrong: it will not be taken later either.
pub fn is_final(status: CommandStatus) -> bool {
    matches!(u32::from(status), 0x0A | 0x0B | 0x01 | 0x33 | 0x34 | 0x49..=0x51)
}

/// A status for people, with its number for the carrier's hotline.
pub fn status_cn(status: CommandStatus) -> String {
    let number = u32::from(status);
    let word = match number {
        0x01 => "短信长度不符",
        0x05 => "重复登录",
        0x08 => "网关系统错误",
        0x0A => "接入号无效",
        0x0B => "手机号码无效",
        0x0D => "登录失败",
        0x0E => "密码错误",
        0x0F => "账号错误",
        0x14 => "网关队列已满",
        0x45 => "提交失败",
        0x58 => "超过允许的速度",
        _ => "网关返回错误",
    };
    format!("{word}（0x{number:02X}）")
}
