package io.feiqian.layer7;

import io.feiqian.balancing.Place;
import io.feiqian.vocabulary.CellId;

/**
 * How a cell does, as one pool of backends sees it.
 *
 * @param cell the cell
 * @param place where its backends run; those nearest to this gateway where they are apart
 * @param serves whether one of them takes requests now
 * @param outstanding how many requests of this gateway they have not answered
 * @param weight their weights together, more than 0 where one serves
 */
public record CellStanding(
        CellId cell, Place place, boolean serves, int outstanding, double weight) {
    /** Refuses negative numbers. */
    public CellStanding {
        if (outstanding < 0 || !(weight >= 0)) {
            throw new IllegalArgumentException(
                    "%s: %d, %s (expected: >= 0)".formatted(cell, outstanding, weight));
        }
    }
}
