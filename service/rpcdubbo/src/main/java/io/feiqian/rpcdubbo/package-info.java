/**
 * Calls over Dubbo 3 as our own calls are: the call context travels with them, and the policies of
 * governance decide about them at both sides.
 */
@NullMarked
package io.feiqian.rpcdubbo;

import org.jspecify.annotations.NullMarked;
