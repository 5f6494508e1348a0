/**
 * Wires every role into one executable: the processes of a system, the supervisor that starts and
 * watches them on one machine, and the commands for both.
 */
@NullMarked
package io.feiqian.server;

import org.jspecify.annotations.NullMarked;
