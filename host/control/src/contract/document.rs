//! The name of a document, and its version.

use schemars::JsonSchema;
use serde_json::Value;

/// A document that programs read. Implemented by [`documents!`](crate::documents) alone, so that each is in a list.
pub trait Contract {
    /// The shape of its fields: its type, or one that stands for what knows nothing of schemas.
    type Shape: JsonSchema + ?Sized;
    /// What it is called: `status`.
    const NAME: &'static str;
    /// Raised when a reader of the one before could not read it.
    const VERSION: u32;

    /// What a document says that it is: `moontide.status/1`.
    fn format() -> String {
        format(Self::NAME, Self::VERSION)
    }
}

/// What a document says that it is.
pub fn format(name: &str, version: u32) -> String {
    format!("moontide.{name}/{version}")
}

/// A line in a list of documents.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// What it is called.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
    /// What it tells, and which commands print it.
    pub about: &'static str,
    /// Makes its schema.
    pub schema: fn() -> Value,
}

impl Known {
    /// What such a document says that it is.
    pub fn format(&self) -> String {
        format(self.name, self.version)
    }
}

/// Names documents: `"status" 1 Summary: "where an execution stands";`. Makes the list, and implements [`Contract`]. What
/// knows nothing of schemas has its shape from another type: `"journal" 1 Entry as Shape: "…";`.
#[macro_export]
macro_rules! documents {
    ($(#[$attribute:meta])* $visibility:vis $list:ident;
     $($name:literal $version:literal $type:ty $(as $shape:ty)?: $about:literal;)+) => {
        $(impl $crate::contract::Contract for $type {
            type Shape = $crate::documents!(@shape $type $(as $shape)?);
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
        })+

        $(#[$attribute])*
        $visibility const $list: &[$crate::contract::Known] = &[
            $($crate::contract::Known {
                name: $name,
                version: $version,
                about: $about,
                schema: $crate::contract::schema::of::<$type>,
            },)+
        ];
    };
    (@shape $type:ty) => { $type };
    (@shape $type:ty as $shape:ty) => { $shape };
}
