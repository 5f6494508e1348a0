/**
 * Alarms (B6.4-f): rules on what the observatory keeps, what they found, who knows of it already,
 * and who is told on which channel.
 */
@NullMarked
package io.feiqian.alarms;

import org.jspecify.annotations.NullMarked;
