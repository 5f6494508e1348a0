/**
 * Who may change what, what was changed, and what only the bank may read: operators and change
 * orders, the admin token, secret files, the audit chain and the encryption of personal data.
 */
@NullMarked
package io.feiqian.security;

import org.jspecify.annotations.NullMarked;
