package io.feiqian.layer7.spi;

import io.feiqian.layer7.CellStanding;
import io.feiqian.vocabulary.CellId;
import java.util.List;

/**
 * The port of who knows how the cells behind one pool of backends do. Asked for every request on
 * event loops, so it must be quick and never block. Thread-safe.
 */
public interface CellBackends {
    /** Whether a backend of this cell takes requests now. */
    boolean serves(CellId cell);

    /** All cells with backends in the pool, each once. */
    List<CellStanding> standings();
}
