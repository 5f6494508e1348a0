/**
 * A real MariaDB as a child process, for tests and for chaos. The product never starts one: whoever
 * has services on MariaDB runs their database themselves.
 */
@NullMarked
package io.feiqian.mariadb;

import org.jspecify.annotations.NullMarked;
