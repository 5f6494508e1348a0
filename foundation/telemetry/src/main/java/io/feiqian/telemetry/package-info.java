/**
 * What a process says of itself: traces, metrics, JSON log lines and alarm events. Everything here
 * may fail or be absent without touching the data path (the third law).
 */
@NullMarked
package io.feiqian.telemetry;

import org.jspecify.annotations.NullMarked;
