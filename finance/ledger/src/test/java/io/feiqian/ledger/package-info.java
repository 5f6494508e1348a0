/** Tests of the books: by example, against a naive twin, and on a real database. */
@NullMarked
package io.feiqian.ledger;

import org.jspecify.annotations.NullMarked;
