/**
 * SQL mode: the branch of a global transaction made of ordinary SQL. What the statements change is
 * captured and locked by the participant's own database, in the local commit that changes it, and
 * can be undone later.
 */
@NullMarked
package io.feiqian.sqlmode;

import org.jspecify.annotations.NullMarked;
