/** Tests of the vocabulary. */
@NullMarked
package io.feiqian.vocabulary;

import org.jspecify.annotations.NullMarked;
