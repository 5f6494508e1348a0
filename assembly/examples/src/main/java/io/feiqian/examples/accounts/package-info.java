/** The service that keeps accounts: it begins the transactions. */
@NullMarked
package io.feiqian.examples.accounts;

import org.jspecify.annotations.NullMarked;
