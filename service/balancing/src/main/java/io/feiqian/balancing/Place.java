package io.feiqian.balancing;

/**
 * Where something runs.
 *
 * @param site the site (园区), unique within the city; empty where it is not known
 * @param city the city; empty where it is not known
 */
public record Place(String site, String city) {
    /** A place of which nothing is known; it is near nothing. */
    public static final Place UNKNOWN = new Place("", "");

    /** Whether both are known to be at the same site. */
    public boolean isSiteOf(Place other) {
        return !site.isEmpty() && site.equals(other.site) && city.equals(other.city);
    }

    /** Whether both are known to be in the same city. */
    public boolean isCityOf(Place other) {
        return !city.isEmpty() && city.equals(other.city);
    }
}
