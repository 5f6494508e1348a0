/**
 * Typed, versioned documents: a record type says which keys there are, what they default to and
 * what they may be; a document that says anything else is refused by name, before it has any
 * effect.
 */
@NullMarked
package io.feiqian.configuration;

import org.jspecify.annotations.NullMarked;
