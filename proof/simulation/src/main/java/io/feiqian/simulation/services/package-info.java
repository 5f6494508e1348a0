/** Services of one's own in a simulated world: the product's library over modelled databases. */
@NullMarked
package io.feiqian.simulation.services;

import org.jspecify.annotations.NullMarked;
