/**
 * The global transaction protocol as a Promela model, and how it is searched: every order of its
 * steps, with spin and a C compiler. {@code docs/proof.md} says what that proves.
 */
@NullMarked
package io.feiqian.model;

import org.jspecify.annotations.NullMarked;
