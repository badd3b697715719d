//! A part of the world file that one service alone reads, and that nothing else here knows.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::error::Mistake;
use super::fields;

/// A field of the file, which a service has declared in its plug.
#[derive(Debug)]
pub(crate) struct Section {
    /// The field: `quotas`.
    pub(super) name: &'static str,
    read: fn(Spanned<DeValue<'_>>) -> Result<Content, Mistake>,
    missing: fn() -> Content,
    /// The fields of what it holds.
    pub(super) known: fn() -> Vec<&'static str>,
}

/// What stands in a section, of the type that its service gave it.
type Content = Arc<dyn Any + Send + Sync>;

/// What stands in all of them, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents(BTreeMap<&'static str, Content>);

impl Section {
    /// A field that holds a `T`, or is left out.
    pub(crate) const fn of<T>(name: &'static str) -> Self
    where
        T: DeserializeOwned + Default + Send + Sync + 'static,
    {
        Self { name, read: read::<T>, missing: || Arc::new(T::default()), known: fields::of::<T> }
    }
}

fn read<T>(value: Spanned<DeValue<'_>>) -> Result<Content, Mistake>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let span = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(content) => Ok(Arc::new(content)),
        Err(error) => Err(Mistake::from(error).within(&span)),
    }
}

impl Contents {
    /// Takes the sections out of the file.
    pub(super) fn take(
        file: &mut DeTable<'_>,
        sections: &[&'static Section],
    ) -> Result<Self, Mistake> {
        let content = |section: &&'static Section| {
            let content = file.remove(section.name).map(section.read).transpose()?;
            Ok((section.name, content.unwrap_or_else(section.missing)))
        };
        sections.iter().map(content).collect::<Result<_, _>>().map(Self)
    }

    /// What stands in this section.
    pub(super) fn get<T: Any>(&self, section: &Section) -> &T {
        let content = self.0.get(section.name);
        let content = content.and_then(|content| content.downcast_ref());
        content.expect("every section of a plug is read, as the type that its service asks for")
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::read;
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Zone {
        name: String,
    }

    static ZONES: Section = Section::of::<Vec<Zone>>("hosted_zones");

    fn zones(text: &str) -> Result<Vec<String>, String> {
        let head =
            "version = 1\naccount = \"111122223333\"\nregion = \"us-west-2\"\nservers = []\n";
        let scenario = read::world_file(
            &format!("{head}{text}"),
            "w.toml",
            &[],
            &[&ZONES],
            read::Commands::Scripted,
        );
        let scenario = scenario.map_err(|error| error.to_string())?;
        let zones: &Vec<Zone> = scenario.section(&ZONES);
        Ok(zones.iter().map(|zone| zone.name.clone()).collect())
    }

    #[test]
    fn a_service_reads_its_own_section_and_one_that_is_left_out_is_empty() {
        assert_eq!(zones("[[hosted_zones]]\nname = \"shop\"\n"), Ok(vec!["shop".to_owned()]));
        assert_eq!(zones(""), Ok(Vec::new()));
    }

    #[test]
    fn a_mistake_in_a_section_has_its_place_and_a_misspelt_section_a_suggestion() {
        let wrong = [
            (
                "[[hosted_zones]]\nnames = \"shop\"\n",
                "w.toml:6: hosted_zones[0].names: unknown field `names`, did you mean `name`?",
            ),
            ("[[hosted_zones]]\n", "w.toml:5: hosted_zones[0]: missing field `name`"),
            (
                "[[hosted_zone]]\nname = \"shop\"\n",
                "w.toml:5: hosted_zone[0]: unknown field `hosted_zone`, did you mean `hosted_zones`?",
            ),
        ];
        for (text, said) in wrong {
            assert_eq!(zones(text), Err(said.to_owned()));
        }
        let of_a_table = zones("[timing]\nhosted_zone = 1\n").unwrap_err();
        assert!(!of_a_table.contains("hosted_zones"), "{of_a_table}");
    }
}
