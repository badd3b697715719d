//! What runbooks may ask of Amazon Route 53.

use super::change_resource_record_sets::ChangeResourceRecordSets;
use super::list_resource_record_sets::ListResourceRecordSets;
use crate::binding::{Line, changes, looks};

/// One line each.
pub(crate) const OPERATIONS: &[Line] =
    &[looks::<ListResourceRecordSets>(), changes::<ChangeResourceRecordSets>()];
