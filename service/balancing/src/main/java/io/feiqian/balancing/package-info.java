/**
 * Which instance takes a call: ways to choose, the nearest place first, slow start of new
 * instances, ejection of those that fail. Pure: no network, no threads, no timers; the rooms that
 * make calls ask here and say how the calls ended.
 */
@NullMarked
package io.feiqian.balancing;

import org.jspecify.annotations.NullMarked;
