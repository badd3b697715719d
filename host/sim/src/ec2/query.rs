//! Reading requests: `InstanceId.1=i-…&Filter.1.Name=tag:App&Filter.1.Value.1=shop`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::error::Error;
use super::wildcard::Wildcard;
use crate::estate::Estate;
use crate::instance::Instance;
use crate::wire::decode_query;

/// The parameters of a call.
pub(super) struct Query(BTreeMap<String, String>);

/// One `Filter.n`.
pub(super) struct Filter {
    pub(super) name: String,
    values: Vec<Wildcard>,
}

impl Query {
    pub(super) fn parse(body: &str) -> Self {
        Self(decode_query(body).into_iter().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// `Name.1`, `Name.2`, … until one is missing.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|n| self.get(&format!("{name}.{n}"))).collect()
    }

    pub(super) fn filters(&self) -> Vec<Filter> {
        (1..)
            .map_while(|n| {
                let name = self.get(&format!("Filter.{n}.Name"))?.to_owned();
                let values = self.list(&format!("Filter.{n}.Value"));
                Some(Filter { name, values: values.into_iter().map(Wildcard::new).collect() })
            })
            .collect()
    }

    /// `Tag.1.Key`, `Tag.1.Value`, …
    pub(super) fn tags(&self) -> Vec<(&str, &str)> {
        (1..)
            .map_while(|n| {
                let key = self.get(&format!("Tag.{n}.Key"))?;
                Some((key, self.get(&format!("Tag.{n}.Value")).unwrap_or_default()))
            })
            .collect()
    }

    /// The instances named by `parameter`, by index; every one of them must exist.
    pub(super) fn instances(
        &self,
        estate: &Estate,
        now: Timestamp,
        parameter: &str,
    ) -> Result<Vec<usize>, Error> {
        let ids = self.list(parameter);
        for id in &ids {
            let well_formed = id.strip_prefix("i-").is_some_and(|rest| {
                matches!(rest.len(), 8 | 17) && rest.bytes().all(|b| b.is_ascii_hexdigit())
            });
            if !well_formed {
                return Err(Error::malformed_id(id));
            }
        }
        let find = |id: &str| {
            estate.instances.iter().position(|one| one.id == id && one.state(now).is_some())
        };
        let unknown: Vec<&str> = ids.iter().copied().filter(|id| find(id).is_none()).collect();
        if !unknown.is_empty() {
            return Err(Error::unknown_ids(&unknown));
        }
        Ok(ids.into_iter().filter_map(find).collect())
    }

    /// The part of a list that `MaxResults` and `NextToken` ask for, and the next token.
    pub(super) fn page<T>(&self, mut items: Vec<T>) -> Result<(Vec<T>, Option<String>), Error> {
        let number = |name: &str| {
            self.get(name)
                .map(|text| {
                    let wrong =
                        || Error::invalid_value(format!("Invalid value '{text}' for {name}"));
                    text.parse::<usize>().map_err(|_| wrong())
                })
                .transpose()
        };
        let first = number("NextToken")?.unwrap_or(0).min(items.len());
        items.drain(..first);
        if self.get("InstanceId.1").is_some() && self.get("MaxResults").is_some() {
            return Err(Error::ids_with_pages());
        }
        let size = match number("MaxResults")? {
            None => 1000,
            Some(size @ 5..=1000) => size,
            Some(size) => {
                let message = format!("Value ( {size} ) for parameter maxResults is invalid.");
                return Err(Error::invalid_value(message));
            }
        };
        let more = items.len() > size;
        items.truncate(size);
        Ok((items, more.then(|| (first + size).to_string())))
    }
}

impl Filter {
    /// Whether an instance passes, for the filters that every description of instances knows.
    pub(super) fn admits(&self, instance: &Instance, now: Timestamp) -> Result<bool, Error> {
        Ok(match self.name.as_str() {
            "instance-id" => self.has(&instance.id),
            "instance-state-name" => {
                instance.state(now).is_some_and(|state| self.has(state.name()))
            }
            "tag-key" => instance.tags.keys().any(|key| self.has(key)),
            name => match name.strip_prefix("tag:") {
                Some(key) => instance.tags.get(key).is_some_and(|value| self.has(value)),
                None => {
                    return Err(Error::invalid_value(format!("The filter '{name}' is invalid")));
                }
            },
        })
    }

    /// Whether any of the filter's values stands for `value`.
    pub(super) fn has(&self, value: &str) -> bool {
        self.values.iter().any(|pattern| pattern.matches(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_filters_are_numbered_from_one() {
        let query = Query::parse(
            "InstanceId.1=i-1&InstanceId.2=i-2&InstanceId.4=i-4\
             &Filter.1.Name=tag%3AApp&Filter.1.Value.1=shop&Filter.1.Value.2=bank",
        );
        assert_eq!(query.list("InstanceId"), ["i-1", "i-2"]);
        let filters = query.filters();
        assert_eq!(filters.len(), 1);
        assert_eq!(filters[0].name, "tag:App");
        assert!(filters[0].has("bank") && !filters[0].has("ban"));
    }
}
