/**
 * The register of requirements: one row for every requirement of the sources, with a verdict and
 * the evidence for it.
 */
@NullMarked
package io.feiqian.conformance;

import org.jspecify.annotations.NullMarked;
