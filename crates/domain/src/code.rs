//! Enumerations that travel as text: one macro gives the code, the Chinese word and parsing.

/// Declares an enum whose variants carry a stable text code (database, wire) and a Chinese label (screen). The code is a
/// `tt`: a `literal` would reach the schema derive wrapped, and the document would show the names of the variants.
#[rustfmt::skip]
macro_rules! coded {
    ($(#[$m:meta])* $name:ident { $($(#[$vm:meta])* $v:ident = $code:tt, $cn:literal;)+ }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$vm])* #[serde(rename = $code)] $v,)+ }
        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$v,)+];
            /// The stable text code, as stored and sent.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $($name::$v => $code,)+ } }
            /// The Chinese word shown to people.
            #[must_use]
            pub const fn cn(self) -> &'static str { match self { $($name::$v => $cn,)+ } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.code()) }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($code => Ok($name::$v),)+ _ => Err(format!("unknown {}: {s}", stringify!($name))) }
            }
        }
    };
}
