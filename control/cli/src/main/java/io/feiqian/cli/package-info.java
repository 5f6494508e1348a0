/**
 * The command line: its frame, the home folder of a system on one machine, and the commands that
 * talk to a running system through contracts.
 */
@NullMarked
package io.feiqian.cli;

import org.jspecify.annotations.NullMarked;
