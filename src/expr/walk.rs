//! Walks over expressions.
