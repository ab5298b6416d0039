/** Athletes by the sport they are known for. */
export const ATHLETES = {
  basketball: (
    "LeBron James, Michael Jordan, Kobe Bryant, Magic Johnson, Larry Bird, Shaquille O'Neal, Tim Duncan, Kevin Durant, " +
    "Stephen Curry, Dirk Nowitzki, Charles Barkley, Scottie Pippen, Allen Iverson, Karl Malone, John Stockton, " +
    "Patrick Ewing, David Robinson, Dwyane Wade, Chris Paul, Russell Westbrook, James Harden, Kawhi Leonard, Anthony Davis, " +
    "Damian Lillard, Kyrie Irving, Paul George, Carmelo Anthony, Dwight Howard, Vince Carter, Tracy McGrady, Yao Ming, " +
    "Steve Nash, Jason Kidd, Ray Allen, Paul Pierce, Kevin Garnett, Tony Parker, Pau Gasol, Dennis Rodman, Reggie Miller, " +
    "Isiah Thomas, Clyde Drexler, Moses Malone, Bill Russell, Wilt Chamberlain, Kareem Abdul-Jabbar, Oscar Robertson, " +
    "Jerry West, Elgin Baylor, Julius Erving, Rick Barry, Bob Cousy, Dominique Wilkins, James Worthy, Kevin McHale, " +
    "Robert Parish, Gary Payton, Alonzo Mourning, Grant Hill, Chris Bosh, Klay Thompson, Draymond Green, Blake Griffin, " +
    "Marc Gasol"
  ).split(", "),
  baseball: (
    "Babe Ruth, Barry Bonds, Derek Jeter, Mike Trout, Alex Rodriguez, Ken Griffey, Cal Ripken, Willie Mays, Hank Aaron, " +
    "Ted Williams, Mickey Mantle, Joe DiMaggio, Jackie Robinson, Lou Gehrig, Ty Cobb, Stan Musial, Pete Rose, Nolan Ryan, " +
    "Randy Johnson, Roger Clemens, Greg Maddux, Pedro Martinez, Mariano Rivera, Sammy Sosa, Mark McGwire, Albert Pujols, " +
    "Miguel Cabrera, David Ortiz, Manny Ramirez, Ichiro Suzuki, Clayton Kershaw, Justin Verlander, Max Scherzer, " +
    "Bryce Harper, Mookie Betts, Aaron Judge, Jose Altuve, Yadier Molina, Buster Posey, Robinson Cano, Adrian Beltre, " +
    "Chipper Jones, Tony Gwynn, Wade Boggs, Rickey Henderson, Ozzie Smith, Mike Schmidt, George Brett, Johnny Bench, " +
    "Yogi Berra, Roberto Clemente, Ernie Banks, Frank Robinson, Sandy Koufax, Bob Gibson, Tom Seaver, Steve Carlton, " +
    "Whitey Ford, Curt Schilling, Carlos Beltran, Vladimir Guerrero, Ryan Howard, Chase Utley, Jimmy Rollins, Joe Mauer"
  ).split(", "),
  football: (
    "Tom Brady, Peyton Manning, Joe Montana, Jerry Rice, Emmitt Smith, Barry Sanders, Walter Payton, Jim Brown, Brett Favre, " +
    "Aaron Rodgers, Drew Brees, Dan Marino, John Elway, Troy Aikman, Steve Young, Eli Manning, Ben Roethlisberger, " +
    "Russell Wilson, Patrick Mahomes, Lamar Jackson, Josh Allen, Dak Prescott, Matt Ryan, Philip Rivers, Cam Newton, " +
    "Andrew Luck, Matthew Stafford, Tony Romo, Donovan McNabb, Michael Vick, Randy Moss, Terrell Owens, Larry Fitzgerald, " +
    "Calvin Johnson, Julio Jones, Antonio Brown, Rob Gronkowski, Adrian Peterson, Marshawn Lynch, LaDainian Tomlinson, " +
    "Frank Gore, Marshall Faulk, Derrick Henry, Ezekiel Elliott, Ray Lewis, Lawrence Taylor, Reggie White, Deion Sanders, " +
    "Ed Reed, Troy Polamalu, Aaron Donald, Von Miller, Khalil Mack, Richard Sherman, Darrelle Revis, Jason Witten, " +
    "Tony Gonzalez, Travis Kelce, Johnny Unitas, Bart Starr, Roger Staubach, Terry Bradshaw, Franco Harris, Earl Campbell, " +
    "Marcus Allen"
  ).split(", "),
} satisfies Record<string, readonly string[]>;
