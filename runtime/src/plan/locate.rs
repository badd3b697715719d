//! To be written: from a path such as `waves[2].depends_on` to a line of the source.
