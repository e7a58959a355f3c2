/** Version of this package: the UI build that every receipt names (L25). A unit test holds it equal to package.json. */
export const packageVersion = '0.1.0'
