/** Tests of global transactions over Dubbo, with real servers and databases. */
@NullMarked
package io.feiqian.participantdubbo;

import org.jspecify.annotations.NullMarked;
