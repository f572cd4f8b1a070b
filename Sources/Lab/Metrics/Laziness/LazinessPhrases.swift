// The words with which answers leave work out, in five languages. Where they are looked for is decided elsewhere.

/// Phrases in folded form; `Phrases` says how they are written.
enum LazinessPhrases {
    // To add a language: one paragraph in each of the four lists.

    /// In a comment: code that stood there, or would.
    static let elidedComment = Phrases(
        """
        rest|remainder of? the|your|this|my? $code
        existing|previous|current|original|remaining|other|earlier|above|old $code here|remain*|stay*|unchanged|same|goes|go|omitted|as|follow|from
        existing|remaining|previous|original $code
        keep|leave|retain|include|copy|add|insert the|all|your|any? existing|previous|current|original|remaining|other|rest $code?
        $code|it|everything|rest omitted|elided|unchanged|truncated|skipped
        $code remain*|stay*|is|are the? unchanged|same
        other|remaining|more|additional|further $code .. here|omitted|unchanged|below|above|follow
        other|remaining|more|additional|further $code
        rest|everything_else|all_else is|are|remain*|stay*? the? unchanged|same|as_before|omitted
        same as before|above
        similar* for the|all? other*|rest|remaining|each
        repeat|do|same this|the_same|same|that|it? for the|all|each? other*|rest|remaining|others
        and so on
        continue|continues similarly|likewise|this_pattern|the_pattern|as_before|with|in_the_same
        omitted|truncated|abbreviated|skipped|shortened for brevity|clarity|space|simplicity
        for brevity
        add|insert|define|include|put|write the|all|your? rest|remaining|others|more|other
        more|other|additional items|entries|rows|fields|routes|cases|elements|records|data|lines .. here
        unchanged|as_before

        reste|suite du? $code_fr
        reste|suite du|de_la $code_fr
        reste|code|methodes|fonctions inchange*|identique*
        code|methodes|fonctions existant*|precedent*|restant*
        ajoute* les|le? autres|reste
        meme|idem que|comme? ci_dessus|precedemment|avant
        et ainsi de suite

        rest|restlicher|restliche|restlichen|ubriger|ubrige|ubrigen|bestehender|bestehende|vorhandener|vorhandene|existierender|bisheriger $code_de
        rest des|der $code_de
        rest|code|methoden bleibt|bleiben|ist|sind? unverandert|gleich
        wie oben|bisher|zuvor
        weitere|andere $code_de
        und so weiter
        usw

        resto|demas del|de_la|de_los? $code_es
        codigo|metodos|funciones existente*|anterior*|restante*
        resto|codigo .. sin_cambios|igual
        igual que antes|arriba
        y asi sucesivamente

        resto|restante del|della? $code_it
        codice|metodi|funzioni esistent*|precedent*|rimanent*
        resto|codice|tutto .. invariat*|uguale|immutat*
        come sopra|prima
        e cosi via
        """, macros: nouns)

    /// In a comment: work that the reader is to do.
    static let placeholderComment = Phrases(
        """
        your|own|actual|real|custom|business code|logic|implementation|solution .. here
        your|own code|implementation|solution|logic
        implement*|implementation|logic|code goes|go|comes? here|later|this|me|missing|pending|needed
        implement your|the|this|actual|real|here? .. logic|function|method|algorithm|here
        add|write|put|insert|place|provide|fill your|the|actual|own|in? .. logic|code|implementation|here
        placeholder
        not implemented|yet_implemented
        stub
        implementation|code omitted|left|here
        a completer|implementer|faire
        votre|ton|ta code|logique|implementation
        ajoute*|ecri*|inser* votre|ton|le .. code|logique|ici
        deine|dein|ihre|ihr|eigene|eigener code|logik|implementierung|losung
        hier kommt|steht|gehort|folgt .. code|logik|implementierung|hin
        hier .. einfugen|implementieren|erganzen
        tu|su codigo|logica|implementacion
        aqui va|iria tu|su|el? codigo|logica|implementacion
        por|falta implementar|hacer|completar
        tuo|tua|vostro|suo codice|logica|implementazione
        inserisci|scrivi|aggiungi|completa qui|il|la .. codice|logica|qui
        da implementare|completare|fare
        """)

    /// In prose: the reader is told to do the rest.
    static let leftToReader = Phrases(
        """
        you can|could|may|should|must|might|will|need then|now|just|simply|also|easily|have_to|need_to|to|want_to? $finish $det? $others
        you'll need|have to $finish $det? $others
        please|then|now|just|simply|and $finish $det? $others .. yourself|yourselves|on_your_own|with_your_own|accordingly
        fill|filled in .. rest|remaining|others .. yourself
        i|i'll|i've will|have|am|shall? leave|left|leaving .. rest|remaining|others|remainder .. you|reader|yourself
        i'll|i|will leave|will_leave|leave it|that|this up? to you to? $finish
        left as an exercise
        left to|for the reader|you
        try|do|complete|solve .. others|rest|remaining .. yourself|on_your_own
        feel free to $finish .. rest|remaining|others|them|more .. yourself|entries|rows|items|needed
        can be written|done|added|completed|filled in? .. yourself|same_way|same_manner|similarly|likewise
        for brevity i've|i|i'll|here|only|we
        due to .. length|size|amount|space i|i've|only|here
        i've|i have? only|just included|listed|shown|given|provided|written the? first|few|some
        here are only|just the first

        je|j'ai vous|te laisse le|les|completer|faire|finir|continuer|terminer .. reste|suite|autres
        je vous|te laisse $finish_fr|le_reste|la_suite
        vous|tu|il pouvez|peux|devez|dois|suffit|pourrez|pourras ensuite|alors|maintenant|de|facilement? $finish_fr le|la|les? reste|suite|autres|lignes_restantes
        a vous|toi de $finish_fr

        den|die|das rest|ubrigen|restlichen|anderen .. uberlass*|selbst|konnen_sie|kannst_du
        du|sie kannst|konnen|musst|mussen .. rest|restlichen|ubrigen|anderen .. $finish_de
        den|die rest|restlichen|ubrigen|anderen .. .. $finish_de
        uberlasse|lasse ich ihnen|dir

        te|le|os dejo el|los|las|completar resto|demas|restantes
        dejo el|los resto|demas a|para
        puedes|puede|podeis|pueden|debes|tendras ahora|luego|tu|que? $finish_es el|los|las|lo|al? resto|demas|restantes|que_falta*

        lascio a te|voi|lei
        ti|vi|le lascio .. resto|altri|altre
        puoi|potete|puo|devi|dovrai ora|poi|quindi? $finish_it il|gli|le|i? resto|altri|altre|rimanenti|restanti
        """, macros: verbs)

    /// In prose: a pattern in place of its members.
    static let andSoOn = Phrases(
        """
        and so on|forth for|with|until|through|up_to .. rest|remaining|other|others|each|every|all|until|through
        repeat this|that|these|it|the|process|steps|same? .. for .. other|others|remaining|rest|each
        do|does the same|likewise for|with .. other|others|remaining|rest
        continue|continuing|repeat|follow|following this|that|the|with_this|with_the|in_this|in_the|on_in_this? same? pattern|way|manner|process|sequence|format .. until|for|through|up_to|to
        rest|remaining|remainder|others .. follow|follows|follow* the|a? same|similar pattern|format|structure|way
        same|similarly|likewise goes|applies? for the|all? other|others|remaining|rest

        et|ainsi ainsi|de de|suite suite? .. pour|jusqu'a|jusqu'au|avec .. autres|reste|restants|restantes|suivants|suivantes
        faites|fais|repetez|repete|continuez|continue de|la|l'operation|ainsi? meme|chose? .. autres|reste|restantes|restants

        und so weiter fur|bis|mit .. restlichen|ubrigen|anderen|weiteren|ende
        wiederhole*|verfahre*|fahre*|mache* .. fur|mit .. restlichen|ubrigen|anderen|weiteren
        usw fur die|den

        y|asi asi|sucesivamente sucesivamente? .. con|para|hasta .. demas|resto|restantes|otros|otras|final
        repite|repita|repetir|haz|haga|continua|continue lo|el|este|con? .. demas|resto|restantes|otros|otras

        e|cosi cosi|via via? .. per|con|fino .. altri|altre|resto|rimanenti|restanti|fine
        ripeti|ripetere|fai|continua|prosegui lo|la|con? .. altri|altre|resto|rimanenti|restanti
        """)

    private static let nouns = [
        "code":
            "code|codes|implementation|implementations|method|methods|function|functions|class|classes|script|file"
            + "|files|program|logic|imports|properties|fields|routes|route|handlers|tests|test_cases|cases|entries|rows"
            + "|items|styles|rules|content|contents|markup|html|css|component|components|configuration|config|settings"
            + "|variables|definitions|getters|setters|getters_and_setters|parameters|lines|columns|options|elements"
            + "|records|users|hosts|values|data|module|setup|body|states|types|endpoints|constants",
        "code_fr": "code|fichier|programme|script|fonction|fonctions|methodes|classe|contenu|lignes",
        "code_de":
            "code|codes|quelltext|quellcode|programm|programms|datei|methoden|funktionen|klasse|skript|skripts|inhalt"
            + "|zeilen|eintrage|felder",
        "code_es": "codigo|archivo|programa|script|funcion|funciones|metodos|clase|contenido|filas|lineas",
        "code_it": "codice|file|programma|script|funzione|funzioni|metodi|classe|contenuto|righe",
    ]

    private static let verbs = [
        "finish":
            "fill_in|fill|complete|finish|add|write|convert|translate|continue|do|extend|expand|implement|repeat|insert"
            + "|populate|calculate|solve|append|generate",
        "others": "rest|remaining|others|remainder|missing|other_rows|other_entries",
        "det": "in|in_the|in_all_the|out_the|the|all|all_the|any|your|with_the|for_the",
        "finish_fr":
            "completer|finir|continuer|ajouter|remplir|ecrire|faire|terminer|traduire|convertir|repeter",
        "finish_de": "erganz*|ausfull*|vervollstandig*|hinzufug*|schreib*|fortsetz*|ubersetz*|mach*",
        "finish_es": "completar|terminar|anadir|rellenar|escribir|continuar|agregar|hacer|traducir|llenar",
        "finish_it": "completare|finire|aggiungere|riempire|scrivere|continuare|fare|tradurre|terminare",
    ]
}
