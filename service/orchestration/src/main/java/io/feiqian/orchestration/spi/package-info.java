/**
 * The ports of an orchestration: the services that its steps call, the rows that it keeps, and who
 * is told when something hangs.
 */
@NullMarked
package io.feiqian.orchestration.spi;

import org.jspecify.annotations.NullMarked;
