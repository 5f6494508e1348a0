/**
 * Typed, versioned documents: a record type says which keys there are, what they default to and
 * what they may be; a document that says anything else is refused by name, before it has any
 * effect. {@link io.feiqian.configuration.ConfigurationCentre} is where operators change them,
 * {@link io.feiqian.configuration.Configuration} what a process knows of one.
 */
@NullMarked
package io.feiqian.configuration;

import org.jspecify.annotations.NullMarked;
